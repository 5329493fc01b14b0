using Simulator.Core.Randomness;

namespace Simulator.Tests.Core.Queueing;

/// <summary>A distribution of service times with the moments that the formulas ask for, in seconds.</summary>
public sealed record Service(string Name, Func<RandomStream, double> Draw, double Mean, double SecondMoment, double ThirdMoment)
{
    public static Service Deterministic { get; } = new("deterministic", _ => 1, 1, 1, 1);

    public static Service Exponential { get; } = new("exponential", random => random.NextExponential(1), 1, 2, 6);

    /// <summary>Gamma of shape ¼: squared coefficient of variation 4.</summary>
    public static Service Bursty { get; } = new("gamma", random => random.NextGamma(0.25, 4), 1, 5, 45);

    /// <summary>Log-normal of mean 1 and squared coefficient of variation e^0.64 − 1 = 0.9.</summary>
    public static Service LogNormal { get; } = new(
        "log-normal", random => random.NextLogNormal(-0.32, 0.8), 1, Math.Exp(0.64), Math.Exp(3 * 0.64));

    public override string ToString() => Name;
}
