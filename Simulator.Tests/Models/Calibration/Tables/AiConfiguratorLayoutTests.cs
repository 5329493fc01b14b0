using System.IO.Compression;
using Simulator.Models.Calibration;
using Simulator.Models.Costs.Profiles;
using Simulator.Tests.Cli;
using Simulator.Tests.Models.Costs.Profiles;
using DeviceCatalogue = Simulator.Models.Devices.Devices;

namespace Simulator.Tests.Models.Calibration.Tables;

[TestFixture]
public sealed class AiConfiguratorLayoutTests
{
    private const string Columns = "framework,version,device,op_name,kernel_source,gemm_dtype,m,n,k,latency";

    [TestCase("h100_sxm/vllm/0.24.0/gemm_perf.txt", "")]
    [TestCase("data/h100_sxm/vllm/0.24.0/gemm_perf.txt", "")]
    [TestCase("h100_sxm/gemm/vllm/0.24.0/gemm_perf.txt", "h100_sxm")]
    [TestCase("vllm/0.24.0/gemm_perf.txt", "vllm")]
    [TestCase("vllm/0.24.0/gemm_perf.csv", "vllm/0.24.0")]
    public void Find_AnyFolderOfTheLayout_IsTheTable(string file, string folder)
    {
        using var files = new TemporaryFiles();
        files.Write(file, Gemm(2));
        OpTableFile table = new OpTableFolder(files[folder], DeviceCatalogue.H100Sxm).Find("gemm", "vllm")!;
        Assert.That(table.Provenance, Is.EqualTo((string[])[$"vllm/0.24.0/{Path.GetFileName(file)} of AIConfigurator (ai-dynamo/aiconfigurator, Apache-2.0)"]));
        Assert.That(TableTexts.Read(table, "m", "n", "k"), Is.EqualTo((string[])["1,1024,1024", "2,1024,1024"]));
    }

    [Test]
    public void Find_SeveralVersionsAndOtherTables_IsTheNewestOfTheEngineAndDevice()
    {
        using var files = new TemporaryFiles();
        foreach (string version in new[] { "0.9.0", "0.24.0rc2", "0.24.0", "0.24.0.post1", "0.24.0.post1rc3" }) files.Write($"h100_sxm/vllm/{version}/gemm_perf.txt", Gemm(1));
        files.Write("h100_sxm/sglang/0.30.0/gemm_perf.txt", Gemm(1));
        files.Write("h200_sxm/vllm/0.30.0/gemm_perf.txt", Gemm(1));
        files.Write("unheard_of/vllm/0.30.0/gemm_perf.txt", Gemm(1));
        files.Write("h100_sxm/nccl/2.27.3/nccl_perf.txt", "");
        var folder = new OpTableFolder(files.Folder, DeviceCatalogue.H100Sxm);
        Assert.That(folder.Find("gemm", "vllm")!.Path, Is.EqualTo(files["h100_sxm/vllm/0.24.0.post1/gemm_perf.txt"]));
        Assert.That(folder.Find("gemm", "trtllm"), Is.Null);
        Assert.That(folder.Find("nccl", "nccl")!.Path, Does.EndWith("nccl_perf.txt"));
        Assert.That(folder.Find("gemm", "vllm"), Is.SameAs(folder.Find("gemm", "vllm")));
    }

    [Test]
    public void Find_Parquet_SaysHowToConvertItUntilItIsConverted()
    {
        using var files = new TemporaryFiles();
        files.Write("h100_sxm/vllm/0.9.0/gemm_perf.txt", Gemm(1));
        files.Write("h100_sxm/gemm/vllm/0.24.0/gemm_perf.parquet", "PAR1");
        string message = Assert.Throws<OpTableException>(() => new OpTableFolder(files.Folder, DeviceCatalogue.H100Sxm).Find("gemm", "vllm"))!.Message;
        Assert.That(message, Does.StartWith(files["h100_sxm/gemm/vllm/0.24.0/gemm_perf.parquet"] + ": Parquet is not read. Convert the tables to CSV"));
        Assert.That(message, Does.Contain("pandas.read_parquet(p).to_csv(p.with_suffix('.txt'), index=False)").And.Contain(files.Folder));
        files.Write("h100_sxm/gemm/vllm/0.24.0/gemm_perf.txt", Gemm(1));
        Assert.That(new OpTableFolder(files.Folder, DeviceCatalogue.H100Sxm).Find("gemm", "vllm")!.Path, Does.EndWith("0.24.0/gemm_perf.txt"));
    }

    [Test]
    public void Fit_FaultyFolders_SayWhatToDo()
    {
        using var files = new TemporaryFiles();
        files.Write("pointer/vllm/0.24.0/gemm_perf.txt", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n");
        files.Write("others/h200_sxm/vllm/0.24.0/gemm_perf.txt", Gemm(1));
        files.Write("engines/h100_sxm/sglang/0.24.0/gemm_perf.txt", Gemm(1));
        files.Write("few/vllm/0.24.0/gemm_perf.txt", Gemm(8));
        Assert.Multiple(() =>
        {
            Assert.That(Message("pointer"), Does.EndWith("gemm_perf.txt:1: this is the Git LFS pointer of a table, not the table. Fetch the tables in that checkout: git lfs pull."));
            Assert.That(Message("others"), Does.EndWith("there are tables of h200 and none of h100-sxm. Check the folder and --device."));
            Assert.That(Message("engines"), Does.Contain("there is no table of matrix products, vllm/VERSION/gemm_perf.txt, of h100-sxm"));
            Assert.That(Message("few"), Does.Contain("gemm_perf.txt: no number format has times of 10 matrices, each of 8 rows that the device can reach. Give tables of more matrices"));
        });

        string Message(string folder) => Assert.Throws<OpTableException>(() => Calibrator.Fit(files[folder], DeviceCatalogue.H100Sxm, EngineKernels.Vllm))!.Message;
    }

    [Test]
    public void Fit_MeasuredTablesInTheirLayout_GivesTheShippedProfile()
    {
        string tables = SharedData.Path("data/op_tables/a100_sxm");
        using var files = new TemporaryFiles();
        foreach (string file in Directory.EnumerateFiles(tables, "*.csv.gz"))
        {
            string[] parts = Path.GetFileName(file)[..^".csv.gz".Length].Split('_');
            string path = files.Write($"a100_sxm/{parts[^2]}/{parts[^1]}/{string.Join('_', parts[..^2])}_perf.txt", "");
            using var from = new GZipStream(File.OpenRead(file), CompressionMode.Decompress);
            using FileStream to = File.Create(path);
            from.CopyTo(to);
        }
        CostProfile fitted = Calibrator.Fit(files.Folder, DeviceCatalogue.A100Sxm80, EngineKernels.Vllm);
        CostProfile shipped = CostProfiles.Of(DeviceCatalogue.A100Sxm80, EngineKernels.Vllm);
        Assert.That(fitted.Provenance, Does.Contain("vllm/0.14.0/gemm_perf.txt of AIConfigurator (ai-dynamo/aiconfigurator, Apache-2.0)"));
        Assert.That(CostProfileFile.Write(fitted with { Provenance = shipped.Provenance }), Is.EqualTo(CostProfileFile.Write(shipped with { Host = null })));
    }

    private static string Gemm(int rows) => TableTexts.Csv(Columns, TableTexts
        .Products(MatrixProfileTests.Kernels(MatrixFormat.Bf16, (_, _, _) => 2), DeviceCatalogue.H100Sxm).Take(rows)
        .Select(row => (FormattableString)$"VLLM,0.24.0,NVIDIA H100 80GB HBM3,gemm,torch,bfloat16,{row.Rows},{row.Outputs},{row.Inputs},{row.Milliseconds:R}"));
}
