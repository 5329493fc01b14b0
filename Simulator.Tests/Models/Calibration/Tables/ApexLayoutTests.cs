using Simulator.Models.Calibration;
using Simulator.Models.Costs;
using Simulator.Models.Costs.Profiles;
using Simulator.Models.Devices;
using Simulator.Tests.Cli;
using Simulator.Tests.Models.Costs.Profiles;
using DeviceCatalogue = Simulator.Models.Devices.Devices;

namespace Simulator.Tests.Models.Calibration.Tables;

[TestFixture]
public sealed class ApexLayoutTests
{
    private const string Gemm = "gpu,dtype,m,k,n,time(us)";
    private const string Mha = "gpu,dtype,num_heads,head_size,batch_size,seq_len,time(us)";
    private const string Comm = "gpu,num_nodes,num_gpus_per_node,dtype,size(kb),time(us)";

    private static readonly Device H100 = DeviceCatalogue.H100Sxm;

    [Test]
    public void Find_PublishedLayout_TurnsRowsIntoOperatorTables()
    {
        using var files = new TemporaryFiles();
        files.Write("comp/V100-PCIE-16GB/gemm_0.csv", $"{Gemm}\nV100-PCIE-16GB,half,1,1,1,14\n");
        files.Write("comp/H100-SXM-80GB/gemm_810.csv", "no table");
        files.Write("comp/H100-SXM-80GB/gemm_1980.csv", $"{Gemm},avg_power(W),avg_energy(uJ)\nH100-SXM-80GB,half,4096,1024,7,14,300,4200\nH100-SXM-80GB,float,1,1,1,14,1,1\nH100-SXM-80GB,float8,16,32,64,9,1,1\n");
        files.Write("comp/H100-SXM-80GB/mha.csv",
            $"{Mha},mem_clk_freq,graph_clk_freq\nH100-SXM-80GB,half,32,128,4,2048,650,2619,810\nH100-SXM-80GB,half,32,128,4,2048,250,2619,1980\n");
        // Of profile/comm/H100-SXM-80GB/all_reduce.csv.
        files.Write("comm/H100-SXM-80GB/all_reduce.csv", $"{Comm}\nH100-SXM-80GB,1,8,half,0,14.0\nH100-SXM-80GB,1,8,half,1,15.0\nH100-SXM-80GB,1,2,half,131072,465.0\nH100-SXM-80GB,1,8,float,1,15.0\nH100-SXM-80GB,2,4,half,1,99\n");
        files.Write("comm/H100-SXM-80GB/alltoall.csv", $"{Comm}\nH100-SXM-80GB,1,4,half,64,13.5\n");
        var folder = new OpTableFolder(files.Folder, H100);
        Assert.Multiple(() =>
        {
            Assert.That(
                TableTexts.Read(folder.Find("gemm", "vllm")!, "gemm_dtype", "m", "n", "k", "latency"), Is.EqualTo((string[])["float16,7,4096,1024,0.014", "fp8,64,16,32,0.009"]));
            Assert.That(folder.Find("gemm", "vllm")!.Provenance, Is.EqualTo((string[])["comp/H100-SXM-80GB/gemm_1980.csv in the layout of APEX (microsoft/apex_plus)"]));
            Assert.That(
                TableTexts.Read(folder.Find("context_attention", "vllm")!, "num_heads", "num_key_value_heads", "head_dim", "batch_size", "isl", "step", "latency"),
                Is.EqualTo((string[])["32,32,128,4,2048,0,0.25"]));
            Assert.That(
                TableTexts.Read(folder.Find("nccl", "nccl")!, "op_name", "num_gpus", "message_size", "latency"),
                Is.EqualTo((string[])["all_reduce,8,512,0.015", "all_reduce,2,67108864,0.465", "alltoall,4,32768,0.0135"]));
            Assert.That(folder.Find("generation_attention", "vllm"), Is.Null);
            Assert.That(TableTexts.Read(new OpTableFolder(files.Folder, DeviceCatalogue.V100Pcie).Find("gemm", "vllm")!, "m"), Has.Count.EqualTo(1));
        });
    }

    [Test]
    public void Find_SeveralFrequencies_TakesFreeClocksFirst()
    {
        using var files = new TemporaryFiles();
        foreach (string name in new[] { "gemm_1980.csv", "gemm_990.csv", "gemm.csv", "gemm_0.csv" }) files.Write(name, "");
        Assert.That(Path.GetFileName(new OpTableFolder(files.Folder, H100).Find("gemm", "vllm")!.Path), Is.EqualTo("gemm_0.csv"));
        File.Delete(files["gemm_0.csv"]);
        Assert.That(Path.GetFileName(new OpTableFolder(files.Folder, H100).Find("gemm", "vllm")!.Path), Is.EqualTo("gemm.csv"));
        File.Delete(files["gemm.csv"]);
        Assert.That(Path.GetFileName(new OpTableFolder(files.Folder, H100).Find("gemm", "vllm")!.Path), Is.EqualTo("gemm_1980.csv"));
    }

    [Test]
    public void Fit_ProfileOfAKnownDevice_FindsItAgain()
    {
        using var files = new TemporaryFiles();
        MatrixKernels kernels = MatrixProfileTests.Kernels(MatrixFormat.Bf16, (row, n, k) => 1.2 + 0.3 * n + 0.2 * k);
        files.Write("gemm_0.csv", TableTexts.Csv(Gemm, TableTexts.Products(kernels, H100)
            .Select(row => (FormattableString)$"H100-SXM-80GB,half,{row.Outputs},{row.Inputs},{row.Rows},{row.Milliseconds * 1e3:R}")));
        files.Write("mha_0.csv", TableTexts.Csv(Mha,
            from heads in new[] { 8, 16, 32 } from rows in new[] { 1, 2, 4, 8 } from tokens in new[] { 256, 512, 1024, 2048, 4096 }
            select (FormattableString)$"H100-SXM-80GB,half,{heads},128,{rows},{tokens},{20 + rows * tokens * (tokens + 1.0) / 2 * 4 * heads * 128 / (H100.Bf16FlopsPerSecond * 0.5) * 1e6:R}"));
        CostProfile profile = Calibrator.Fit(files.Folder, H100, EngineKernels.Vllm);
        Assert.That(profile.Residuals.Select(residual => (residual.Operator, residual.LeftOut)), Is.EqualTo(((string, int)[])[("gemm Bf16", 0), ("context_attention Bf16", 0)]));
        Assert.That(profile.Residuals.Select(residual => residual.P90), Has.All.LessThan(5));
        Assert.That(profile.Attention.PrefillKernels.Single().ComputeEfficiency, Is.EqualTo(0.5).Within(5).Percent);
        Assert.That(profile.Attention.DecodeKernels, Is.Empty);
        Assert.That(profile.Attention.MemoryEfficiency, Is.EqualTo(RooflineOptions.Default.AttentionMemoryEfficiency));
        Assert.That(profile.Validate(), Is.Empty);
    }

    [TestCase("V100,half,1,1,1,0", "gemm_0.csv:2: time(us) '0' is no time. Give microseconds above 0 and up to 100,000,000,000, or leave the row out")]
    [TestCase("V100,half,1,1,1,fast", "gemm_0.csv:2: time(us) 'fast' is no number. Give a finite number")]
    [TestCase("V100,double,1,1,1,5", "gemm_0.csv:2: dtype 'double' is no known format. Give half, float8 or float")]
    [TestCase("V100,half,0,1,1,5", "gemm_0.csv:2: m '0' is zero. Give at least 1")]
    [TestCase("V100,half,1,1,999999999,5", "gemm_0.csv:2: n '999999999' is too large. Give at most 16777216")]
    public void Fit_FaultyRow_SaysWhereAndWhatToDo(string row, string message)
    {
        using var files = new TemporaryFiles();
        files.Write("gemm_0.csv", $"{Gemm}\n{row}\n");
        Assert.That(Assert.Throws<OpTableException>(() => Calibrator.Fit(files.Folder, H100, EngineKernels.Vllm))!.Message, Does.Contain(message));
    }
}
