namespace Simulator.Models.Costs;

/// <summary>What one operator takes on one device of its pipeline stage, in one layer. Blittable.</summary>
public struct OperatorCost
{
    /// <summary>The operator.</summary>
    public Operator Operator;

    /// <summary>Index of the layer kind, from 0; −1 for operators outside the layers.</summary>
    public int LayerKind;

    /// <summary>How many times the pass runs it, one after the other.</summary>
    public int Count;

    /// <summary>Floating-point operations, of the mean rank as all work.</summary>
    public double Flops;

    /// <summary>Bytes to and from device memory.</summary>
    public double MemoryBytes;

    /// <summary>Bytes sent over links.</summary>
    public double LinkBytes;

    /// <summary>Time, seconds; of the straggling rank.</summary>
    public double Seconds;

    /// <summary>Kernels that are launched.</summary>
    public int Kernels;

    /// <summary>Time at the physical peak of arithmetic or memory, whichever is longer, seconds; of the mean rank.</summary>
    public double PeakSeconds;

    /// <summary>What the greatest part of the time goes to.</summary>
    public Bound Bound;
}

/// <summary>Takes the operators of a pass one by one. Implemented by structs, so that the walk is compiled for each.</summary>
public interface IOperatorSink
{
    /// <summary>Takes one operator.</summary>
    /// <param name="cost">What it takes.</param>
    void Add(in OperatorCost cost);
}
