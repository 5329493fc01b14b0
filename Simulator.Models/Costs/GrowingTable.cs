namespace Simulator.Models.Costs;

/// <summary>Values that are made when they are first asked for, and kept. Safe to share between threads; reading one that is there takes no lock.</summary>
/// <param name="make">Makes the value of a number; the same each time.</param>
internal sealed class GrowingTable<T>(Func<int, T> make) where T : class
{
    private readonly Lock _grow = new();
    private T?[] _values = new T?[257];

    public T this[int number]
    {
        get
        {
            T?[] values = Volatile.Read(ref _values);
            return number < values.Length && Volatile.Read(ref values[number]) is { } value ? value : Make(number);
        }
    }

    private T Make(int number)
    {
        T value = make(number);
        lock (_grow)
        {
            if (number >= _values.Length)
            {
                T?[] larger = _values;
                Array.Resize(ref larger, Math.Max(number + 1, 2 * larger.Length));
                Volatile.Write(ref _values, larger);
            }
            Volatile.Write(ref _values[number], value);
        }
        return value;
    }
}
