namespace Simulator.Core.Processes;

/// <summary>A request that may have to wait in line; it succeeds when it is served.</summary>
/// <remarks>Disposing it while it waits withdraws it, which is what an impatient or interrupted process does by its using block.</remarks>
public class Claim : Event, IDisposable
{
    private readonly IClaimServer _server;

    internal Claim(Simulation simulation, IClaimServer server, int priority = 0) : base(simulation, triggersItself: true) =>
        (_server, Priority) = (server, priority);

    internal int Priority { get; }

    /// <summary>Place among claims of the same priority.</summary>
    internal long Number { get; set; }

    /// <summary>Withdraws the claim if it still waits.</summary>
    public void Dispose()
    {
        _server.Withdraw(this);
        GC.SuppressFinalize(this);
    }
}
