using Simulator.Models.Devices;
using Simulator.Planning.Plans;

namespace Simulator.Planning.Apex;

/// <summary>All plans of APEX's grammar for a model on a cluster (<c>search/engine.py:45-184</c>).</summary>
/// <remarks>
/// Replicas of the model, then equal pipeline stages, then for each cell its replicas and the split of each replica. Left out are
/// plans whose cells have a common factor of replicas (the same as more replicas of the model), plans with neighbouring cells
/// of which neither number of replicas divides the other, and plans whose weights exceed the memory of a device.
/// </remarks>
public static class ApexPlanSpace
{
    /// <summary>The plans, in the order in which APEX tries them.</summary>
    /// <param name="model">The model.</param>
    /// <param name="topology">The devices, all of which every plan uses.</param>
    /// <param name="memoryBytes">Memory of a device, bytes.</param>
    /// <param name="weights">Format of the weights.</param>
    /// <param name="fidelity">
    /// Where KV heads are fewer than devices, APEX counts the weights of a misplaced attention; corrected counts what each device holds.
    /// </param>
    public static IReadOnlyList<ApexPlan> Enumerate(
        ApexModel model, DeviceTopology topology, long memoryBytes, NumberFormat weights, ApexFidelity fidelity = ApexFidelity.Compatible)
    {
        long capacity = memoryBytes / ApexFormats.Bytes(weights);
        var plans = new List<ApexPlan>();
        foreach (int replicas in DeviceTopology.Divisors(topology.Devices).Where(topology.IsPartitionable))
        {
            foreach (int stages in DeviceTopology.Divisors(topology.Devices / replicas))
            {
                if (model.Blocks % stages == 0 && topology.IsPartitionable(replicas * stages))
                    AddStagePlans(plans, model, topology, replicas, stages, capacity, fidelity);
            }
        }
        return plans;
    }

    private static void AddStagePlans(
        List<ApexPlan> plans, ApexModel model, DeviceTopology topology, int replicas, int stages, long capacity, ApexFidelity fidelity)
    {
        int devices = topology.Devices / (replicas * stages);
        ApexCellPlan[][] options = [.. model.Cells.Select(cell => CellPlans(cell, topology, replicas * stages, devices))];
        long combinations = options.Aggregate(1L, (product, cell) => product * cell.Length);
        var cells = new ApexCellPlan[options.Length];
        for (long combination = 0; combination < combinations; combination++)
        {
            long rest = combination;
            for (int i = 0; i < cells.Length; i++)
            {
                cells[i] = options[i][rest % options[i].Length];
                rest /= options[i].Length;
            }
            if (!IsConsistent(cells)) continue;
            var collectives = new ApexCollective[cells.Length][];
            for (int i = 0; i < cells.Length; i++) collectives[i] = ApexReshard.Between(cells[i], cells[(i + 1) % cells.Length]);
            var plan = new ApexPlan(replicas, stages, model.Blocks / stages, [.. cells], collectives);
            if (LargestParameters(plan, fidelity) <= capacity) plans.Add(plan);
        }
    }

    private static ApexCellPlan[] CellPlans(ApexCell cell, DeviceTopology topology, int stagesOfAll, int devices)
    {
        var plans = new List<ApexCellPlan>();
        foreach (int replicas in DeviceTopology.Divisors(devices))
        {
            if (!topology.IsPartitionable(stagesOfAll * replicas)) continue;
            foreach (ApexSplit split in Splits(cell, devices / replicas))
            {
                if (cell.Split(split, devices / replicas) != null) plans.Add(new(cell, replicas, devices / replicas, split));
            }
        }
        return [.. plans];
    }

    /// <summary>On one device, splits are the same; the first stands for both.</summary>
    private static ApexSplit[] Splits(ApexCell cell, int devices) =>
        cell is ApexFeedForward { Experts: > 0 } && devices > 1 ? [ApexSplit.Tensor, ApexSplit.Expert] : [ApexSplit.Tensor];

    private static bool IsConsistent(ApexCellPlan[] cells)
    {
        int common = cells[0].Replicas;
        for (int i = 0; i < cells.Length; i++)
        {
            common = GreatestCommonDivisor(common, cells[i].Replicas);
            if (!ApexReshard.IsPossible(cells[i], cells[(i + 1) % cells.Length])) return false;
        }
        return common == 1 || cells.Length == 1;
    }

    private static long LargestParameters(ApexPlan plan, ApexFidelity fidelity)
    {
        long largest = 0;
        for (int device = 0; device < plan.DistinctDevices; device++) largest = Math.Max(largest, plan.Parameters(device));
        if (fidelity == ApexFidelity.Compatible && plan.Cells[0] is { Cell: ApexAttention attention, Devices: int devices } && devices > attention.KvHeads)
        {
            long more = attention.Parameters(attention.PiledUp(devices)) - attention.Parameters(plan.Cells[0].ShareOf(0));
            largest = Math.Max(largest, plan.Parameters(0) + more * plan.BlocksPerStage);
        }
        return largest;
    }

    private static int GreatestCommonDivisor(int a, int b) => b == 0 ? a : GreatestCommonDivisor(b, a % b);
}
