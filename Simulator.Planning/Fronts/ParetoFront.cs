namespace Simulator.Planning.Fronts;

/// <summary>A point of a front and what stands behind it.</summary>
/// <param name="Item">What has these values.</param>
/// <param name="Values">The values, one for each objective.</param>
public readonly record struct FrontPoint<T>(T Item, IReadOnlyList<double> Values);

/// <summary>The points that no other point is at least as good as in every objective, out of any number that are added one by one.</summary>
/// <remarks>
/// It holds the front, not all points: memory is that of the front. Of equal points the first stays. The order in which points are added
/// changes nothing but which of equal points that is.
/// </remarks>
public sealed class ParetoFront<T>
{
    private readonly bool[] _higherIsBetter;
    private readonly List<FrontPoint<T>> _points = [];
    private readonly double[] _best;
    private readonly double[] _worst;

    /// <summary>An empty front.</summary>
    /// <param name="higherIsBetter">For each objective, 1 to 3 of them, whether more of it is better.</param>
    /// <exception cref="ArgumentException">There are no objectives, or more than 3.</exception>
    public ParetoFront(params IReadOnlyList<bool> higherIsBetter)
    {
        ArgumentNullException.ThrowIfNull(higherIsBetter);
        if (higherIsBetter.Count is < 1 or > 3)
            throw new ArgumentException($"A front has 1 to 3 objectives, not {higherIsBetter.Count}.", nameof(higherIsBetter));
        _higherIsBetter = [.. higherIsBetter];
        _best = [.. higherIsBetter.Select(higher => higher ? double.NegativeInfinity : double.PositiveInfinity)];
        _worst = [.. _best.Select(best => -best)];
    }

    /// <summary>The front, best in the first objective first.</summary>
    public IReadOnlyList<FrontPoint<T>> Points
    {
        get
        {
            var ordered = new List<FrontPoint<T>>(_points);
            ordered.Sort(Compare);
            return ordered;
        }
    }

    /// <summary>The worst value of each objective over all points that were added, on the front or not; the corner that the hypervolume is measured from.</summary>
    public IReadOnlyList<double> Reference => _worst;

    /// <summary>
    /// Volume between the front and <see cref="Reference"/>, as a share of the box from there to the best value of each objective
    /// (E. Zitzler and L. Thiele, 1998): 1 when one point is best in all. 0 without points or when all are equal in an objective.
    /// </summary>
    public double Hypervolume
    {
        get
        {
            double[][] points = [.. _points.Select(point => Enumerable.Range(0, _best.Length).Select(i => Share(point, i)).ToArray())];
            return points.Length == 0 ? 0 : Volume(points, _best.Length);
        }
    }

    /// <summary>
    /// The knee: the point of the front nearest to the best value of every objective, each objective measured from its worst value on the
    /// front to its best. Null without points.
    /// </summary>
    public FrontPoint<T>? Knee
    {
        get
        {
            FrontPoint<T>? knee = null;
            double nearest = double.PositiveInfinity;
            IReadOnlyList<FrontPoint<T>> points = Points;
            double[] worst = [.. _best.Select((_, axis) => points.Select(point => point.Values[axis]).Aggregate(_best[axis], (a, b) => Better(axis, a, b) ? b : a))];
            foreach (FrontPoint<T> point in points)
            {
                double distance = 0;
                for (int i = 0; i < _best.Length; i++)
                {
                    double share = worst[i] == _best[i] ? 0 : (_best[i] - point.Values[i]) / (_best[i] - worst[i]);
                    distance += share * share;
                }
                if (!(distance < nearest)) continue;
                (nearest, knee) = (distance, point);
            }
            return knee;
        }
    }

    /// <summary>Adds a point.</summary>
    /// <param name="item">What has the values.</param>
    /// <param name="values">A finite value for each objective.</param>
    /// <returns>Whether it is on the front now.</returns>
    /// <exception cref="ArgumentException">Values are missing or not finite.</exception>
    public bool Add(T item, params IReadOnlyList<double> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (values.Count != _best.Length || !values.All(double.IsFinite))
            throw new ArgumentException($"A point needs {_best.Length} finite values.", nameof(values));
        for (int i = 0; i < _best.Length; i++)
        {
            if (Better(i, values[i], _best[i])) _best[i] = values[i];
            if (Better(i, _worst[i], values[i])) _worst[i] = values[i];
        }
        if (_points.Exists(point => IsCovered(values, point.Values))) return false;
        _points.RemoveAll(point => IsCovered(point.Values, values));
        _points.Add(new(item, values));
        return true;
    }

    private bool IsCovered(IReadOnlyList<double> values, IReadOnlyList<double> by)
    {
        for (int i = 0; i < _best.Length; i++)
        {
            if (Better(i, values[i], by[i])) return false;
        }
        return true;
    }

    private bool Better(int objective, double a, double b) => _higherIsBetter[objective] ? a > b : a < b;

    private int Compare(FrontPoint<T> a, FrontPoint<T> b)
    {
        for (int i = 0; i < _best.Length; i++)
        {
            if (a.Values[i] != b.Values[i]) return Better(i, a.Values[i], b.Values[i]) ? -1 : 1;
        }
        return 0;
    }

    /// <summary>0 at the worst value of all points, 1 at the best.</summary>
    private double Share(FrontPoint<T> point, int objective) =>
        _best[objective] == _worst[objective] ? 0 : (point.Values[objective] - _worst[objective]) / (_best[objective] - _worst[objective]);

    /// <summary>Volume of the union of boxes from 0 to the points, slice by slice along the last axis.</summary>
    private static double Volume(double[][] points, int axes)
    {
        if (axes == 1) return points.Max(point => point[0]);
        double[][] ordered = [.. points.OrderByDescending(point => point[axes - 1])];
        double volume = 0;
        for (int i = 0; i < ordered.Length; i++)
        {
            double below = i + 1 < ordered.Length ? ordered[i + 1][axes - 1] : 0;
            if (ordered[i][axes - 1] > below) volume += (ordered[i][axes - 1] - below) * Volume(ordered[..(i + 1)], axes - 1);
        }
        return volume;
    }
}
