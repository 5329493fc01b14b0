using System.Collections;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace Simulator.Models.Parallelism;

/// <summary>How many layers each pipeline stage holds; immutable, equal by content. The default value, without any, stands for equal stages.</summary>
/// <remarks>vLLM reads the same list from <c>VLLM_PP_LAYER_PARTITION</c>. Written as a collection: <c>StageLayers layers = [20, 30, 30];</c></remarks>
[CollectionBuilder(typeof(StageLayers), nameof(Of))]
public readonly struct StageLayers : IEquatable<StageLayers>, IReadOnlyList<int>
{
    private readonly int[]? _layers;

    private StageLayers(int[] layers) => _layers = layers;

    /// <summary>Stages that the list names; 0 for equal stages.</summary>
    public int Count => _layers?.Length ?? 0;

    /// <summary>Layers of a stage, from 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The list names no such stage.</exception>
    public int this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            return _layers![index];
        }
    }

    /// <summary>A list of layers, stage by stage.</summary>
    /// <param name="layers">Layers of each stage; none for equal stages.</param>
    public static StageLayers Of(params ReadOnlySpan<int> layers) => layers.Length == 0 ? default : new(layers.ToArray());

    /// <summary>Whether two lists name the same layers.</summary>
    public static bool operator ==(StageLayers left, StageLayers right) => left.Equals(right);

    /// <summary>Whether two lists differ.</summary>
    public static bool operator !=(StageLayers left, StageLayers right) => !left.Equals(right);

    /// <inheritdoc/>
    public bool Equals(StageLayers other) => _layers.AsSpan().SequenceEqual(other._layers);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is StageLayers other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (int layers in this) hash.Add(layers);
        return hash.ToHashCode();
    }

    /// <summary><c>20, 30, 30</c>, or <c>equal</c>.</summary>
    public override string ToString() =>
        Count == 0 ? "equal" : string.Join(", ", this.Select(layers => layers.ToString(CultureInfo.InvariantCulture)));

    /// <inheritdoc/>
    public IEnumerator<int> GetEnumerator() => ((IEnumerable<int>)(_layers ?? [])).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
