using Simulator.Planning.Apex;

namespace Simulator.Tests.Planning.Apex;

/// <summary>Problems under the constant profile of the recorded cases.</summary>
internal static class ApexProblems
{
    public static ConstantApexCosts Unit { get; } = new(new(10, 0), new(5, 0), 2, 3);

    /// <summary>Llama 3 70B cut to some layers on one node of H100.</summary>
    public static ApexProblem Llama(int layers, int devices, params (int Input, int Output, double Arrival)[] requests) => new()
    {
        Model = ApexModels.Llama3_70B with { Blocks = layers },
        Cluster = new(ApexDevice.H100, 1, devices),
        Costs = Unit,
        Requests = [.. requests.Select(request => new ApexRequest(request.Input, request.Output, request.Arrival))],
    };

    public static ApexOutcome Run(this ApexProblem problem, int plan, ApexFidelity fidelity) =>
        ApexSimulation.Run(problem, problem.Plans()[plan], fidelity);

    /// <summary>Every iteration of a share.</summary>
    public static double[] AllIterations(this ApexShareRun share) =>
        [.. share.Iterations.SelectMany(run => Enumerable.Repeat(run.Microseconds, run.Count))];
}
