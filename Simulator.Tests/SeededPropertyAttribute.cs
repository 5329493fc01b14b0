namespace Simulator.Tests;

/// <summary>
/// An FsCheck property that draws the same cases in every run, so that a commit that passed passes again. FSCHECK_SEED draws others:
/// a pair such as "12345,678901" (the second number odd), or "random".
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SeededPropertyAttribute : FsCheck.NUnit.PropertyAttribute
{
    public SeededPropertyAttribute() => Replay = Environment.GetEnvironmentVariable("FSCHECK_SEED") switch
    {
        null or "" => "20261123,1",
        "random" => null,
        string seed => seed,
    };
}
