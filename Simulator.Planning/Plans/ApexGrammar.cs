using Simulator.Models.Architectures;
using Simulator.Models.Parallelism;
using Simulator.Planning.Apex;

namespace Simulator.Planning.Plans;

/// <summary>
/// The layouts that APEX itself tries: its own Mixtral, with a dense network beside the experts, and its memory rule, weights within
/// the nominal memory of a device.
/// </summary>
/// <remarks>
/// The dense network that is not there changes nothing in what is run; layouts that differ in it alone are named apart. Devices of which
/// APEX has no description have the memory that the catalogue gives.
/// </remarks>
public sealed class ApexGrammar : IPlanGrammar
{
    /// <inheritdoc/>
    /// <exception cref="PlanException">APEX's grammar has no such model.</exception>
    public IEnumerable<PlanLayout> Layouts(ModelArchitecture model, DeviceGroup devices, Quantization formats)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(devices);
        ApexModel cells = model.Id switch
        {
            "mixtral-8x7b" => ApexModels.Mixtral8x7B,
            "mixtral-8x22b" => ApexModels.Mixtral8x22B,
            _ => ApexModel.Of(model),
        };
        return ApexPlanSpace.Enumerate(cells, devices.Topology, Memory(devices), formats.Weights).Select(Layout);
    }

    private static long Memory(DeviceGroup devices) =>
        (devices.Device.Id switch
        {
            "h100-sxm" => ApexDevice.H100,
            "h200" => ApexDevice.H200,
            "v100-pcie" => ApexDevice.V100,
            _ => null,
        })?.MemoryBytes ?? devices.Device.MemoryBytes;

    private static PlanLayout Layout(ApexPlan plan)
    {
        ApexCellPlan attention = plan.Cells[0], feedForward = plan.Cells[^1];
        bool experts = feedForward.Cell is ApexFeedForward { Experts: > 0 };
        int usual = experts ? plan.StageDevices : attention.Devices;
        return new(plan.Replicas, new(
            attention.Devices, plan.Stages, attention.Replicas, feedForward.Split == ApexSplit.Expert ? feedForward.Devices : 1)
        {
            FeedForward = feedForward.Devices == usual ? 0 : feedForward.Devices,
        })
        {
            Phantom = plan.Cells.Count == 2 ? "" : string.Join('-', plan.Cells.Skip(1).SkipLast(1).Select(cell => $"{cell.Cell.Name.ToLowerInvariant()}{cell.Devices}")),
        };
    }
}
