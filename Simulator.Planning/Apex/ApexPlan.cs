namespace Simulator.Planning.Apex;

/// <summary>How the devices of one replica of a cell divide it.</summary>
public enum ApexSplit
{
    /// <summary>Tensor parallelism (TP): each device holds a part of every head group or matrix.</summary>
    Tensor,

    /// <summary>Expert parallelism (EP): each device holds whole experts.</summary>
    Expert,
}

/// <summary>A cell in a plan: replicas (data parallelism of the cell), each over some devices.</summary>
/// <param name="Cell">The cell.</param>
/// <param name="Replicas">Replicas in a stage, at least 1.</param>
/// <param name="Devices">Devices of each replica, at least 1.</param>
/// <param name="Split">How the devices of a replica divide the cell.</param>
public sealed record ApexCellPlan(ApexCell Cell, int Replicas, int Devices, ApexSplit Split)
{
    internal ApexShare[] Shares { get; } = Cell.Split(Split, Devices)
        ?? throw new ArgumentException($"{Cell.Name} cannot be divided among {Devices} devices.", nameof(Devices));

    /// <summary>What APEX prints: <c>TP</c> or <c>EP</c>.</summary>
    public string Template => Split == ApexSplit.Expert ? "EP" : "TP";

    /// <summary>The share of a device of the stage; devices are numbered replica by replica.</summary>
    internal ApexShare ShareOf(int device) => Shares.Length == 1 ? Shares[0] : Shares[device % Shares.Length];
}

/// <summary>Collective operations among devices.</summary>
public enum ApexCollectiveKind
{
    /// <summary>Every device ends with the sum.</summary>
    AllReduce,

    /// <summary>Every device ends with the parts of all.</summary>
    AllGather,

    /// <summary>Every device sends a part to every other.</summary>
    AllToAll,

    /// <summary>Every device ends with a part of the sum.</summary>
    ReduceScatter,
}

/// <summary>A collective operation after a cell.</summary>
/// <param name="Kind">The operation.</param>
/// <param name="Devices">Devices that take part; 1 costs nothing.</param>
/// <param name="SizeFactor">By how much it changes the number of tokens (experts per token; its inverse on the way back).</param>
public readonly record struct ApexCollective(ApexCollectiveKind Kind, int Devices, double SizeFactor = 1);

/// <summary>A parallel plan: replicas of the model × pipeline stages × (replicas × devices) of each cell.</summary>
/// <param name="Replicas">Replicas of the model (DP).</param>
/// <param name="Stages">Pipeline stages of a replica (PP), and micro-batches in flight.</param>
/// <param name="BlocksPerStage">Blocks of each stage.</param>
/// <param name="Cells">The cells of a block.</param>
/// <param name="Collectives">The operations after each cell.</param>
public sealed record ApexPlan(
    int Replicas,
    int Stages,
    int BlocksPerStage,
    IReadOnlyList<ApexCellPlan> Cells,
    IReadOnlyList<IReadOnlyList<ApexCollective>> Collectives)
{
    /// <summary>Devices of a stage.</summary>
    public int StageDevices => Cells[0].Replicas * Cells[0].Devices;

    /// <summary>Replicas of the attention in a stage: as many batches run side by side.</summary>
    public int AttentionReplicas => Cells[0].Replicas;

    /// <summary>Most tokens of all attention replicas in an iteration: each replica of a cell takes no more than the largest profile has.</summary>
    internal long MaxTokens => 64L * 1024 * Cells.Min(cell => cell.Replicas);

    /// <summary>Devices that may differ in what they hold: 1 when all are alike.</summary>
    internal int DistinctDevices => Cells.All(cell => cell.Shares.Length == 1) ? 1 : StageDevices;

    /// <summary>Weights that a device of a stage holds.</summary>
    internal long Parameters(int device)
    {
        long parameters = 0;
        foreach (ApexCellPlan cell in Cells) parameters += cell.Cell.Parameters(cell.ShareOf(device));
        return parameters * BlocksPerStage;
    }

    /// <summary>Numbers that a device of a stage keeps of each token.</summary>
    internal long KvElements(int device) => Cells[0].Cell.KvElements(Cells[0].ShareOf(device)) * BlocksPerStage;
}
