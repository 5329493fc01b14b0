namespace Simulator.Core.Processes;

/// <summary>What serves claims: a resource, a store, a container.</summary>
internal interface IClaimServer
{
    /// <summary>Takes back a claim, whatever its state.</summary>
    void Withdraw(Claim claim);
}
