using System.Globalization;
using System.Text;
using Simulator.Cli.Terminal;
using Simulator.Models.Costs.Profiles;

namespace Simulator.Tests.Cli.Verbs;

public sealed class CalibrateVerbTests
{
    [Test]
    public void Calibrate_Table_WritesAProfileAndPrintsItsResiduals()
    {
        using var files = new TemporaryFiles();
        WriteTable(files);
        Printed printed = Printed.By("calibrate", files.Folder, "--device", "h100", "--engine", "vllm", "--output", files["p.json"]);
        Assert.That(printed.Error, Is.Empty);
        Assert.That(printed.ExitCode, Is.EqualTo(ExitCode.Success));
        string[] lines = TableText.Lines(printed.Output);
        Assert.That(lines[0], Does.EndWith("p.json: h100-sxm under vllm, from 1 tables"));
        Assert.That(lines[1], Is.EqualTo("operator rows left out median p90 unseen median unseen p90"));
        Assert.That(lines[2], Does.StartWith("gemm Bf16 108 0 "));
        CostProfile profile = CostProfileFile.Open(files["p.json"]);
        Assert.That((profile.Device, profile.Engine), Is.EqualTo(("h100-sxm", "vllm")));
        Assert.That(profile.Provenance, Is.EqualTo((string[])["gemm_vllm_1.0.csv of AIConfigurator (ai-dynamo/aiconfigurator, Apache-2.0)"]));
        Printed again = Printed.By("calibrate", files.Folder, "--device", "h100", "--engine", "vllm", "--output", "-");
        Assert.That(again.Output, Is.EqualTo(File.ReadAllText(files["p.json"])));
    }

    [Test]
    public void Calibrate_NothingGiven_NamesWhatIsMissing()
    {
        using var files = new TemporaryFiles();
        Printed printed = Printed.By("calibrate", files.Folder);
        Assert.That(printed.ExitCode, Is.EqualTo(ExitCode.BadInput));
        Assert.That(printed.Error, Does.Contain("--device is missing").And.Contain("--engine is missing").And.Contain("--output is missing"));
    }

    [Test]
    public void Calibrate_FolderWithoutTables_SaysWhichIsNeeded()
    {
        using var files = new TemporaryFiles();
        Printed printed = Printed.By("calibrate", files.Folder, "--device", "h100", "--engine", "trtllm", "--output", files["p.json"]);
        Assert.That(printed.ExitCode, Is.EqualTo(ExitCode.BadInput));
        Assert.That(printed.Error, Does.Contain("gemm_trtllm_VERSION.csv.gz, of h100-sxm. Check the folder, --device and --engine"));
    }

    private static void WriteTable(TemporaryFiles files)
    {
        var text = new StringBuilder("gemm_dtype,m,n,k,latency\n");
        foreach (int n in new[] { 1024, 2048, 4096 })
        {
            foreach (int k in new[] { 1024, 2048, 4096, 8192 })
            {
                foreach (int m in new[] { 1, 2, 4, 16, 64, 256, 1024, 4096, 16384 })
                    text.Append(CultureInfo.InvariantCulture, $"bfloat16,{m},{n},{k},{0.004 + 1e-9 * n * k + 4e-12 * m * n * k}\n");
            }
        }
        files.Write("gemm_vllm_1.0.csv", text.ToString());
    }
}
