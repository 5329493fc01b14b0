using System.Diagnostics;
using System.Globalization;
using Simulator.Reports.Page;
using Simulator.Tests.Cli;

namespace Simulator.Tests.Reports.Page;

/// <summary>A report as readers see it, in headless Chromium; <c>Browser/report.mjs</c> says what is looked at.</summary>
public sealed class ReportInBrowserTests
{
    private const int LeastNode = 20;

    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(2);

    private static readonly string Folder = Path.Combine(SharedData.RepositoryRoot, "Simulator.Tests", "Browser");

    [Test]
    public void Page_OfASearchWithHostileNames_IsAsItShouldBe()
    {
        string node = Tool("node"), chromium = Tool("chromium", "chromium-browser", "google-chrome");
        if (Major(node) < LeastNode) Assert.Ignore($"playwright-core needs Node.js {LeastNode} or newer.");
        if (!Directory.Exists(Path.Combine(Folder, "node_modules", "playwright-core")))
            Assert.Ignore("playwright-core is not installed; run 'npm ci' in Simulator.Tests/Browser.");
        using var files = new TemporaryFiles();
        string page = files.Write("report.html", ReportPage.Write(Report.Of(null, MadeSearch.File, [], ["search.json"])));
        Assert.That(Run(node, Path.Combine(Folder, "report.mjs"), chromium, page, files.Folder, MadeSearch.Hostile), Is.EqualTo((0, "the report is as it should be", "")));
    }

    private static int Major(string node) => int.Parse(Run(node, "--version").Output.TrimStart('v').Split('.')[0], CultureInfo.InvariantCulture);

    private static (int ExitCode, string Output, string Error) Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(Longest)) process.Kill(entireProcessTree: true);
        return (process.ExitCode, output.Result.TrimEnd(), error.Result.TrimEnd());
    }

    private static string Tool(params string[] names)
    {
        foreach (string folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator))
        {
            foreach (string name in names)
                if (File.Exists(Path.Combine(folder, name))) return Path.Combine(folder, name);
        }
        Assert.Ignore($"{names[0]} is not installed.");
        return "";
    }
}
