namespace Simulator.Cli.Validation.Measured.ClosedLoop;

/// <summary>The whole numbers that numpy's <c>np.random.seed</c> and <c>np.random.randint</c> give: MT19937 with masked rejection.</summary>
/// <remarks>Matsumoto and Nishimura 1998 (<c>init_genrand</c>, <c>genrand_int32</c>); numpy's <c>_bounded_integers</c> for its legacy generator.</remarks>
internal sealed class NumpyRandom
{
    private const int Size = 624;
    private const int Shift = 397;

    private readonly uint[] _state = new uint[Size];
    private int _next = Size;

    /// <summary>The generator after <c>np.random.seed(seed)</c>.</summary>
    public NumpyRandom(uint seed)
    {
        _state[0] = seed;
        for (int i = 1; i < Size; i++) _state[i] = unchecked(1812433253u * (_state[i - 1] ^ (_state[i - 1] >> 30)) + (uint)i);
    }

    /// <summary>A number from <paramref name="least"/> to <paramref name="most"/>, both included.</summary>
    public int Next(int least, int most)
    {
        uint range = (uint)(most - least);
        if (range == 0) return least;
        uint mask = uint.MaxValue >> System.Numerics.BitOperations.LeadingZeroCount(range);
        uint value;
        do value = NextUInt32() & mask;
        while (value > range);
        return least + (int)value;
    }

    private uint NextUInt32()
    {
        if (_next == Size) Refill();
        uint y = _state[_next++];
        y ^= y >> 11;
        y ^= (y << 7) & 0x9d2c5680;
        y ^= (y << 15) & 0xefc60000;
        return y ^ (y >> 18);
    }

    private void Refill()
    {
        for (int i = 0; i < Size; i++)
        {
            uint y = (_state[i] & 0x80000000) | (_state[(i + 1) % Size] & 0x7fffffff);
            _state[i] = _state[(i + Shift) % Size] ^ (y >> 1) ^ ((y & 1) * 0x9908b0df);
        }
        _next = 0;
    }
}
