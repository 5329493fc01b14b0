using Simulator.Planning.Apex;

namespace Simulator.Tests.Planning.Apex;

/// <summary>The recorded outputs of APEX itself, every figure of every plan.</summary>
public sealed class ApexUnitCasesTests
{
    [Test]
    public void Run_RecordedOutputsOfApex_MatchToEveryDigit()
    {
        IReadOnlyList<ApexCaseCheck> checks = ApexUnitCases.Run(SharedData.Path("data/apex_runs/unit_cases.json"));

        Assert.That(checks.Select(check => check.Name), Is.EqualTo(
            new[] { "U1", "U2", "U3", "U4", "U5", "U6", "U7", "U8", "U9", "U9b", "U10", "U11" }));
        Assert.Multiple(() =>
        {
            foreach (ApexCaseCheck check in checks)
            {
                Assert.That(check.FirstMismatch, Is.Null, check.Name);
                Assert.That(check.Matched, check.Name);
                Assert.That(check.LargestErrorSeconds, Is.LessThan(1e-12), check.Name);
            }
        });
        Assert.That(checks.Sum(check => check.Plans), Is.EqualTo(1 + 3 + 1 + 1 + 1 + 5 + 3 + 49 + 1 + 1 + 3 + 50));
    }

    private static ApexCaseCheck RunEdited(string name, string was, string becomes)
    {
        string text = File.ReadAllText(SharedData.Path("data/apex_runs/unit_cases.json"));
        int place = text.IndexOf(was, text.IndexOf($"\"case\":\"{name}\"", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.That(place, Is.GreaterThan(0));
        return RunText(text[..place] + becomes + text[(place + was.Length)..]).Single(check => check.Name == name);
    }

    private static IReadOnlyList<ApexCaseCheck> RunText(string text)
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, text);
            return ApexUnitCases.Run(path);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [TestCase("U1", "\"stamps\":[8800.0]", "\"stamps\":[8801.0]", "plan 0: share 0: stamps [0]: 8801 expected, 8800 found", 1e-6)]
    [TestCase("U2", "\"total_time_us\":8812.0", "\"total_time_us\":8814.0", "plan 2: total_time_us: 8814 expected, 8812 found", 2e-6)]
    [TestCase("U6", "\"best\":3", "\"best\":1", "best plan: 1 expected, 3 found", 0)]
    [TestCase("U8", "\"AllToAll\",4,2", "\"AllToAll\",4,1", "plan 9: comms", 0)]
    [TestCase("U8", "\"num_plans\":49", "\"num_plans\":48", "number of plans: 48 expected, 49 found", 0)]
    [TestCase("U7", "\"MBU\":386.1", "\"MBU\":386.2", "plan 0: MBU", 0)]
    [TestCase("U7", "\"MBU\":", "\"Goodput\":", "plan 0: Goodput: 386.184324641851 expected, a figure that is not known here found", 0)]
    [TestCase("U11", "\"plan\":49,", "\"plan\":50,", "plan 50: recorded expected, not in our list found", 0)]
    public void Run_FigureThatDiffers_IsNamed(string name, string was, string becomes, string mismatch, double error)
    {
        ApexCaseCheck check = RunEdited(name, was, becomes);

        Assert.That(check.Matched, Is.False);
        Assert.That(check.FirstMismatch, Does.StartWith(mismatch));
        Assert.That(check.LargestErrorSeconds, Is.EqualTo(error).Within(1e-12));
    }

    private const string Profile = "\"unit_profile\":{\"gemm_us\":10,\"causal_attention_us\":5,\"collective_us\":2,\"sendrecv_us\":3}";

    /// <summary>One request and two micro-batches: the mean over no iteration is NaN, which Python writes bare.</summary>
    [Test]
    public void Run_ShareWithoutRequests_HasTheSameNaN()
    {
        const string plan = "{\"plan\":3,\"total_time_us\":2206,\"reqs_per_iter\":NaN,\"tok_per_iter\":NaN,"
            + "\"metrics\":{\"Avg. MFU Per iteration\":NaN,\"Request Completion Latency: 99th percentile\":0.004412},"
            + "\"subs\":[{\"n_req\":1,\"iters\":[1103,1103]},{\"n_req\":0,\"iters\":[]}]}";
        const string head = Profile + ",\"cases\":[{\"case\":\"one\",\"model\":\"llama3_L40.json\",\"nodes\":1,\"gpus_per_node\":2,\"freq\":0,"
            + "\"max_batch_size\":0,\"dtype\":{\"w\":\"half\",\"kv\":\"half\",\"act\":\"half\"},\"requests\":[[16,2,0]],\"num_plans\":5,\"best\":4,\"plans\":[";

        Assert.That(RunText("{" + head + plan + "]}]}").Single().FirstMismatch, Is.Null);
        Assert.That(
            RunText("{" + head + plan.Replace("\"tok_per_iter\":NaN", "\"tok_per_iter\":8.5", StringComparison.Ordinal) + "]}]}").Single().FirstMismatch,
            Is.EqualTo("plan 3: tok_per_iter: 8.5 expected, NaN found"));
    }

    [TestCase("{\n\n\"cases\": oops}", "line 3: is not JSON")]
    [TestCase("[]", "the file: lacks 'unit_profile' (object)")]
    [TestCase("{" + Profile + "}", "the file: lacks 'cases' (array)")]
    [TestCase("{" + Profile + ",\"cases\":[{\"case\":\"A\",\"model\":\"gpt2\"}]}", "case A: model 'gpt2' is not one of APEX's")]
    [TestCase("{" + Profile + ",\"cases\":[{\"case\":\"A\",\"model\":\"llama3_L4\",\"dtype\":{},\"nodes\":1}]}", "case A: lacks 'gpus_per_node' (number)")]
    [TestCase("{" + Profile + ",\"cases\":[{\"case\":\"A\",\"model\":\"llama3_L4\",\"dtype\":{\"w\":\"int4\"},\"nodes\":1,\"gpus_per_node\":1}]}", "case A: dtype 'w' is 'int4'")]
    public void Run_FileOfAnotherLayout_SaysWhatIsWrong(string text, string fault) =>
        Assert.That(() => RunText(text), Throws.TypeOf<ApexCasesException>().With.Message.Contains(fault));

    [Test]
    public void Run_RecordedPlanOfAnotherLayout_NamesTheCase() => Assert.That(
        () => RunEdited("U1", "\"cells\":[{\"cell\":\"MQA\",", "\"cells\":[{"),
        Throws.TypeOf<ApexCasesException>().With.Message.Contains("case U1: a recorded plan is not of the known layout"));

    [Test]
    public void Run_MissingFile_SaysSo() => Assert.That(
        () => ApexUnitCases.Run("no-such-file.json"), Throws.TypeOf<ApexCasesException>().With.Message.StartsWith("no-such-file.json: cannot be read"));
}
