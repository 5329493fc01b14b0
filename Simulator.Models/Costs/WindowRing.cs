using System.Numerics;

namespace Simulator.Models.Costs;

/// <summary>Σ min(context, window) over rows that all grow by one token per iteration, without touching the rows.</summary>
/// <remarks>
/// A row of context c &lt; window stops growing in the sum after window − c iterations. A ring over future iterations counts the
/// rows that stop at each, with a bit per slot that holds any, so that the next stop is found by words. Every row is
/// added, stopped and removed once: O(1) amortised.
/// </remarks>
internal sealed class WindowRing
{
    private readonly int[] _stops;
    private readonly ulong[] _occupied;
    private readonly int _mask;
    private long _now;
    private long _next = long.MaxValue;

    public WindowRing(int window)
    {
        Window = window;
        int size = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(window, 64));
        _stops = new int[size];
        _occupied = new ulong[size / 64];
        _mask = size - 1;
    }

    /// <summary>Tokens of the window.</summary>
    public int Window { get; }

    /// <summary>Σ min(context, window).</summary>
    public long Sum { get; private set; }

    /// <summary>Rows still growing: those with a context below the window.</summary>
    public int Growing { get; private set; }

    /// <summary>Iterations until the next row stops growing; <see cref="long.MaxValue"/> when none grows.</summary>
    public long UntilNextStop => Growing == 0 ? long.MaxValue : _next - _now;

    public void Add(int context)
    {
        Sum += Math.Min(context, Window);
        if (context >= Window)
            return;
        long stop = _now + Window - context;
        int slot = (int)(stop & _mask);
        if (_stops[slot]++ == 0)
            _occupied[slot >> 6] |= 1UL << slot;
        Growing++;
        _next = Math.Min(_next, stop);
    }

    public void Remove(int context)
    {
        if (context < Window)
        {
            long stop = _now + Window - context;
            int slot = (int)(stop & _mask);
            if (_stops[slot] == 0)
                throw new InvalidOperationException($"No decode row of {context} tokens is in the batch.");
            Growing--;
            if (--_stops[slot] == 0)
                Clear(slot, stop);
        }
        Sum -= Math.Min(context, Window);
    }

    public void Advance(int iterations)
    {
        long end = _now + iterations;
        while (_next <= end)
        {
            long stop = _next;
            int slot = (int)(stop & _mask);
            Sum += (stop - _now) * Growing;
            _now = stop;
            Growing -= _stops[slot];
            _stops[slot] = 0;
            Clear(slot, stop);
        }
        Sum += (end - _now) * Growing;
        _now = end;
    }

    private void Clear(int slot, long stop)
    {
        _occupied[slot >> 6] &= ~(1UL << slot);
        if (stop == _next)
            _next = Growing == 0 ? long.MaxValue : FindAfter(stop);
    }

    // Some slot after this one is occupied: rows still grow, and none stops before it.
    private long FindAfter(long stop)
    {
        long position = stop + 1;
        int word = (int)(position & _mask) >> 6;
        ulong bits = _occupied[word] >> (int)(position & 63);
        if (bits != 0)
            return position + BitOperations.TrailingZeroCount(bits);
        position += 64 - (position & 63);
        while (true)
        {
            word = (word + 1) & (_mask >> 6);
            if (_occupied[word] != 0)
                return position + BitOperations.TrailingZeroCount(_occupied[word]);
            position += 64;
        }
    }
}
