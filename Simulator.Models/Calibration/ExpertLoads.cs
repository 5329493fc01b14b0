using Simulator.Core.Randomness;
using Simulator.Models.Costs.Profiles;

namespace Simulator.Models.Calibration;

/// <summary>What the measured device had to do, from what a table says of its routing (AIConfigurator, collector/helper.py).</summary>
/// <remarks>
/// <c>balanced</c> deals tokens out evenly. <c>power_law_a</c> draws a number of tokens for every expert from a density that falls with its
/// power a between 1 and 0.8 tokens of the batch (between 0.01 and 2 when there are no more pairs than experts), scales the numbers to the pairs
/// that there are, settles what rounding leaves over, and measures the device with the most. The draws themselves are not known: on one device they are taken at even quantiles, on several
/// as the mean of some draws of our own.
/// </remarks>
internal sealed class ExpertLoads
{
    private const int Draws = 4;

    private readonly RandomStream _random = new(20240601);
    private readonly Dictionary<(int Tokens, int Experts, int Active, int Devices, string Distribution), ExpertLoad> _known = [];

    /// <summary>The load of the measured device.</summary>
    /// <param name="tokens">Tokens of the batch.</param>
    /// <param name="experts">Experts of the layer.</param>
    /// <param name="active">Experts of a token.</param>
    /// <param name="devices">Devices that whole experts are spread over.</param>
    /// <param name="distribution">The routing: <c>balanced</c> or <c>power_law_</c> and an exponent.</param>
    public ExpertLoad Of(int tokens, int experts, int active, int devices, string distribution)
    {
        var key = (tokens, experts, active, devices, distribution);
        if (_known.TryGetValue(key, out ExpertLoad load))
            return load;
        double exponent = Exponent(distribution);
        load = exponent == 0 ? Balanced(tokens, experts, active, devices) : PowerLaw(tokens, experts, active, devices, exponent);
        _known.Add(key, load);
        return load;
    }

    /// <summary>The exponent of a distribution: 0 for <c>balanced</c>, NaN when the name means nothing.</summary>
    /// <param name="distribution">Its name.</param>
    public static double Exponent(string distribution)
    {
        const string prefix = "power_law_";
        if (distribution == "balanced")
            return 0;
        return distribution.StartsWith(prefix, StringComparison.Ordinal) &&
            double.TryParse(distribution.AsSpan(prefix.Length), System.Globalization.CultureInfo.InvariantCulture, out double exponent) && exponent > 0
                ? exponent
                : double.NaN;
    }

    private static ExpertLoad Balanced(int tokens, int experts, int active, int devices)
    {
        int stride = (experts + active - 1) / active, local = experts / devices;
        var counts = new int[experts];
        for (int token = 0; token < tokens; token++)
        {
            int first = tokens >= stride ? token : (int)((long)token * stride / tokens);
            for (int i = 0; i < active; i++)
                counts[(first + i * stride) % experts]++;
        }
        return Sum(counts, 0, local, tokens * active);
    }

    private ExpertLoad PowerLaw(int tokens, int experts, int active, int devices, double exponent)
    {
        int draws = devices == 1 ? 1 : Draws, local = experts / devices;
        RandomStream random = _random.Substream(((long)tokens * 4096 + experts) * 4096 + devices);
        double touched = 0, pairs = 0, hottest = 0;
        for (int draw = 0; draw < draws; draw++)
        {
            int[] counts = Draw(tokens, experts, active, devices, exponent, i => devices == 1 ? (i + 0.5) / experts : random.NextDouble());
            ExpertLoad busiest = default;
            for (int device = 0; device < devices; device++)
            {
                ExpertLoad own = Sum(counts, device * local, local, 0);
                if (own.Pairs > busiest.Pairs)
                    busiest = own;
            }
            touched += busiest.Experts;
            pairs += busiest.Pairs;
            hottest += busiest.Hottest;
        }
        return new(touched / draws, pairs / draws, hottest / draws, (double)tokens * active);
    }

    private static int[] Draw(int tokens, int experts, int active, int devices, double exponent, Func<int, double> uniform)
    {
        int pairs = tokens * active;
        (double low, double high) = pairs > experts ? (1.0, tokens * 0.8) : (0.01, 2.0);
        double power = 1 - exponent, from = Math.Pow(low, power), to = Math.Pow(high, power);
        var sizes = new double[experts];
        for (int i = 0; i < experts; i++)
            sizes[i] = Math.Pow(from + (to - from) * uniform(i), 1 / power);
        double scale = pairs / sizes.Sum();
        int[] counts = [.. sizes.Select(size => Math.Min(tokens, (int)Math.Round(size * scale)))];
        Settle(counts, devices, pairs - counts.Sum(), tokens);
        return counts;
    }

    // What clamping and rounding leave over goes to the experts with the fewest, what is too much is taken from those with the most, one pair of each device in turn.
    private static void Settle(int[] counts, int devices, int missing, int most)
    {
        int local = counts.Length / devices, step = Math.Sign(missing);
        var queues = new PriorityQueue<int, (int Count, int Expert)>[devices];
        for (int device = 0; device < devices; device++)
        {
            queues[device] = new();
            for (int expert = device * local; expert < (device + 1) * local; expert++)
                Offer(queues[device], expert);
        }
        while (missing != 0 && Array.Exists(queues, queue => queue.Count > 0))
        {
            for (int device = 0; device < devices && missing != 0; device++)
            {
                if (!queues[device].TryDequeue(out int expert, out _))
                    continue;
                counts[expert] += step;
                missing -= step;
                Offer(queues[device], expert);
            }
        }

        void Offer(PriorityQueue<int, (int, int)> queue, int expert)
        {
            if (step > 0 ? counts[expert] < most : counts[expert] > 0)
                queue.Enqueue(expert, (step * counts[expert], expert));
        }
    }

    private static ExpertLoad Sum(int[] counts, int first, int length, double routed)
    {
        int touched = 0, pairs = 0, hottest = 0;
        for (int i = first; i < first + length; i++)
        {
            touched += Math.Min(1, counts[i]);
            pairs += counts[i];
            hottest = Math.Max(hottest, counts[i]);
        }
        return new(touched, pairs, hottest, routed);
    }
}
