using Simulator.Core.Time;
using Simulator.Tests.Workloads.Traces;
using Simulator.Workloads.Generators;
using Simulator.Workloads.Requests;
using Simulator.Workloads.Traces;

namespace Simulator.Tests.Workloads.Generators;

public class ServeGenClientsTests
{
    private const string Header = "client,window_start_s,rate_rps,iat_cv,dist,shape,scale\n";
    private const string Lengths = """
        {"0": {"input_tokens": {"mean": 5, "q": {"0.5": 100, "0.99": 100}}, "output_tokens": {"mean": 5, "q": {"0.5": 7}}},
         "1": {"text_tokens": {"q": {"0.5": 20}}, "image_tokens": {"q": {"0.5": 1000}}, "output_tokens": {"q": {"0.5": 9}}}}
        """;

    private string _folder = "";

    [SetUp]
    public void CreateFolder() => _folder = Directory.CreateTempSubdirectory().FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [TestCase("language_m-large", 162, 196)]
    [TestCase("language_m-mid", 109, 1790)]
    [TestCase("language_m-small", 43, 1174)]
    [TestCase("multimodal_mm-image", 35, 9.5)]
    [TestCase("reason_deepseek-r1", 73, 16)]
    public void Open_GenuineTables_HaveThePublishedClientsAndRates(string name, int count, double rate)
    {
        ServeGenClients clients = Genuine(name);

        Assert.That(clients.Count, Is.EqualTo(count));
        Assert.That(clients.MeanRate, Is.EqualTo(rate).Within(0.5).Percent);
        Assert.That(clients.Span, Is.EqualTo(((name.StartsWith("language", StringComparison.Ordinal) ? 14 : 1) * 24).Hours()));
    }

    [Test]
    public void ToTrace_GenuineTables_HaveTheirVariationAndLengths()
    {
        ServeGenClients clients = Genuine("reason_deepseek-r1");

        TraceDescription description = TraceDescription.Of(clients.ToTrace(seed: 1));

        Assert.That(description.Requests, Is.EqualTo(clients.MeanRate * 86_400).Within(0.2).Percent);
        Assert.That(description.Prompt!.Mean, Is.EqualTo(1377).Within(3).Percent, "the clients' recorded means, weighted by their rates");
        Assert.That(description.Output!.Mean, Is.EqualTo(1502).Within(3).Percent, "the clients' recorded means, weighted by their rates");
        Assert.That(description.GapCv, Is.GreaterThan(1));
    }

    [Test]
    public void ToTrace_TargetRate_SetsTheRateOfEveryWindow()
    {
        Request[] requests = [.. Genuine("multimodal_mm-image").ToTrace(seed: 1, requestsPerSecond: 2).KeepClock()];
        int[] windows = [.. requests.CountBy(r => r.Arrival.Nanoseconds / 600_000_000_000).Select(c => c.Value)];

        Assert.That(windows, Has.Length.EqualTo(144));
        Assert.That(windows, Is.All.EqualTo(1200).Within(25), "each of 35 clients is rounded by less than one");
        Assert.That(requests.Select(r => r.Arrival.Nanoseconds), Is.Ordered);
    }

    [Test]
    public void ToTrace_SmallTables_GiveEachClientItsWindowsAndLengths()
    {
        ServeGenClients clients = Open("0,0,0.05,1,Gamma,1,5\n0,600,0,0,,0,0\n1,600,0.1,2,Weibull,0.5,3\n2,600,0.01,2,Weibull,0.5,3\n", Lengths);

        Request[] requests = [.. clients.ToTrace(seed: 1).KeepClock()];

        Assert.That(requests.Where(r => r.Arrival < SimTime.FromSeconds(600)).Select(r => (r.PromptTokens, r.OutputTokens)), Is.EqualTo(Enumerable.Repeat((100, 7), 30)));
        Assert.That(
            requests.Where(r => r.Arrival >= SimTime.FromSeconds(600)).CountBy(r => (r.PromptTokens, r.OutputTokens)).OrderBy(c => c.Key),
            Is.EqualTo(new[] { KeyValuePair.Create((560, 8), 6), KeyValuePair.Create((1020, 9), 60) }),
            "the third client has no table and draws from the mean of the others");
        Assert.That(TraceText.Show(clients.ToTrace(seed: 1)), Is.EqualTo(TraceText.Show(clients.ToTrace(seed: 1))));
        Assert.Throws<ArgumentOutOfRangeException>(() => clients.ToTrace(seed: 1, requestsPerSecond: 0));
    }

    [TestCase("0,0,x,1,Gamma,1,5\n", ":2: rate_rps 'x' is not a number of at least 0. Correct the cell.")]
    [TestCase("0,0,NaN,1,Gamma,1,5\n", ":2: rate_rps 'NaN' is not a number of at least 0. Correct the cell.")]
    [TestCase("0,0,1,1,Pareto,1,5\n", ":2: dist 'Pareto' is not Gamma or Weibull. Give one of the two where the rate is above 0.")]
    [TestCase("0,0,1,1,Gamma,0,5\n", ":2: shape is 0. Give a shape above 0 where the rate is above 0.")]
    [TestCase("0,600,1,1,Gamma,1,5\n0,0,1,1,Gamma,1,5\n", ":3: the window goes back, or is given twice. Sort the rows of a client by window_start_s.")]
    [TestCase("0,0,1,1,Gamma\n", ":2: the row has 5 fields and the header has 7.")]
    [TestCase("", ": the table holds no clients. Give a table with a row for each client and window.")]
    public void Open_BadRates_NameTheFault(string rows, string message) =>
        Assert.That(() => Open(rows, Lengths), Throws.TypeOf<TraceFormatException>().With.Message.StartsWith(Path.Combine(_folder, "clients.csv") + message));

    [TestCase("{", "this is no table of lengths: ")]
    [TestCase("[]", "this is no table of lengths: ")]
    [TestCase("{}", "the table holds no clients")]
    [TestCase("{\"x\": {}}", "'x' is not the number of a client")]
    [TestCase("{\"0\": {\"input_tokens\": {\"q\": {\"0.5\": 1}}}}", "this is no table of lengths: ")]
    [TestCase("{\"0\": {\"input_tokens\": {\"q\": {\"a\": 1}}, \"output_tokens\": {\"q\": {\"0.5\": 1}}}}", "this is no table of lengths: ")]
    [TestCase("{\"0\": {\"input_tokens\": {\"q\": {}}, \"output_tokens\": {\"q\": {\"0.5\": 1}}}}", "this is no table of lengths: ")]
    public void Open_BadLengths_NameTheFault(string json, string message) =>
        Assert.That(
            () => Open("0,0,1,1,Gamma,1,5\n", json),
            Throws.TypeOf<TraceFormatException>().With.Message.StartsWith(Path.Combine(_folder, "lengths.json") + ": " + message));

    [Test]
    public void Open_AbsentTable_IsAFault() =>
        Assert.That(
            () => ServeGenClients.Open(Path.Combine(_folder, "absent"), Path.Combine(_folder, "absent")),
            Throws.TypeOf<TraceFormatException>().With.Message.Contains("the file does not exist"));

    private static ServeGenClients Genuine(string name) => ServeGenClients.Open(
        SharedData.Path($"data/traces/servegen/{name}_clients.csv.gz"), SharedData.Path($"data/traces/servegen/{name}_length_quantiles.json.gz"));

    private ServeGenClients Open(string rows, string lengths)
    {
        File.WriteAllText(Path.Combine(_folder, "clients.csv"), Header + rows);
        File.WriteAllText(Path.Combine(_folder, "lengths.json"), lengths);
        return ServeGenClients.Open(Path.Combine(_folder, "clients.csv"), Path.Combine(_folder, "lengths.json"));
    }
}
