using Simulator.Cli.Validation.Measured.ClosedLoop;

namespace Simulator.Tests.Cli.Validation.Measured.ClosedLoop;

/// <summary>Points for tests.</summary>
internal static class Points
{
    public static ClosedLoopPoint Of(string model, string engine, int prompt, int output, int users) => new()
    {
        Id = "p", System = "h100_sxm", Model = model, Engine = engine, Precision = "", PromptTokens = prompt, OutputTokens = output, Concurrency = users,
        Tensor = 1, AttentionData = 1, Experts = 1, Day = "", TtftSeconds = 0.1, TpotSeconds = 0.01, Aiconfigurator = null,
    };
}
