using Simulator.Core.Randomness;
using Simulator.Core.Time;
using Simulator.Workloads.Requests;

namespace Simulator.Tests.Workloads.Traces;

/// <summary>Any requests that a trace may hold, from a seed.</summary>
internal static class RandomRequests
{
    private static readonly string[] Texts = ["", "gpt", "a,b", "say \"hi\"", "two\nlines", " spaces ", "größer", "模型", "'", "=1+1", "tab\there", "a;b", "\r"];

    public static Request[] Make(ulong seed)
    {
        RandomStream random = new RandomStreams(seed).Stream("requests");
        var requests = new Request[random.NextInt32(20) + 1];
        long arrival = 0;
        for (int i = 0; i < requests.Length; i++)
        {
            if (i > 0) arrival += random.NextInt32(3) == 0 ? 0 : (long)(random.NextUInt64() >> random.NextInt32(40) >> 20);
            requests[i] = MakeOne(random, i, arrival);
        }
        return requests;
    }

    private static Request MakeOne(RandomStream random, long id, long arrival)
    {
        int prompt = random.NextInt32(2) == 0 ? random.NextInt32(5000) : random.NextInt32(1_000_000_001);
        string text = Texts[random.NextInt32(Texts.Length)];
        return new Request
        {
            Id = id,
            Arrival = SimTime.FromNanoseconds(arrival),
            PromptTokens = prompt,
            OutputTokens = random.NextInt32(3) == 0 ? 0 : random.NextInt32(1000),
            Model = Texts[random.NextInt32(Texts.Length)],
            Class = Texts[random.NextInt32(Texts.Length)],
            Priority = unchecked((int)random.NextUInt64() >> random.NextInt32(32)),
            Session = text.Length == 0 ? null : text,
            Turn = random.NextInt32(10),
            RecordedDuration = Maybe(random),
            QueueTimeout = Maybe(random),
            Timeout = Maybe(random),
            CancelAfter = Maybe(random),
            MaxOutputTokens = random.NextInt32(2) == 0 ? null : 1 + random.NextInt32(1000),
            Content = Content(random, prompt),
        };
    }

    private static SimDuration? Maybe(RandomStream random) => random.NextInt32(2) == 0
        ? null
        : SimDuration.FromNanoseconds((long)(random.NextUInt64() >> (1 + random.NextInt32(60))));

    private static List<ContentSegment> Content(RandomStream random, int prompt)
    {
        var content = new List<ContentSegment>();
        int left = prompt;
        while (left > 0 && random.NextInt32(4) > 0)
        {
            int tokens = random.NextInt32(left) + 1;
            content.Add(new ContentSegment(unchecked((long)random.NextUInt64()), tokens));
            left -= tokens;
        }
        return content;
    }
}
