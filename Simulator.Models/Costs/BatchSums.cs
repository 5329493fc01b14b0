namespace Simulator.Models.Costs;

/// <summary>Keeps the <see cref="IterationShape"/> of a batch as rows come, grow and go. O(1) per row and, amortised, per iteration.</summary>
/// <remarks>A struct that holds references: a copy shares the window's ring with the original, so only one of them may be used.</remarks>
internal struct BatchSums(int window)
{
    private readonly WindowRing? _ring = window > 0 ? new WindowRing(window) : null;
    private IterationShape _shape;

    /// <summary>Sums of the next iteration.</summary>
    public readonly IterationShape Shape
    {
        get
        {
            IterationShape shape = _shape;
            shape.EmittedTokens += shape.DecodeRows;
            if (_ring is null)
            {
                shape.DecodeWindowContext = shape.DecodeContext;
                shape.PrefillWindowPairs = shape.PrefillPairs;
            }
            else
            {
                shape.DecodeWindowContext = _ring.Sum;
            }
            return shape;
        }
    }

    /// <summary>Sums of the next iteration without its decode rows.</summary>
    public readonly IterationShape PrefillShape
    {
        get
        {
            IterationShape shape = Shape;
            shape.EmittedTokens -= shape.DecodeRows;
            shape.DecodeRows = 0;
            shape.DecodeContext = shape.DecodeWindowContext = 0;
            return shape;
        }
    }

    public readonly int DecodeRows => _shape.DecodeRows;

    public readonly int PrefillRows => _shape.PrefillRows;

    public readonly long DecodeContext => _shape.DecodeContext;

    public readonly WindowRing? Ring => _ring;

    public void AddDecode(int contextTokens)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(contextTokens);
        _shape.DecodeRows++;
        _shape.DecodeContext += contextTokens;
        _ring?.Add(contextTokens);
    }

    public void RemoveDecode(int contextTokens)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(contextTokens);
        if (_shape.DecodeRows == 0 || contextTokens > _shape.DecodeContext)
            throw new InvalidOperationException($"No decode row of {contextTokens} tokens is in the batch.");
        _ring?.Remove(contextTokens);
        _shape.DecodeRows--;
        _shape.DecodeContext -= contextTokens;
    }

    public void AddPrefill(int queryTokens, int contextTokens, bool emits)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(queryTokens, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(contextTokens);
        long q = queryTokens, c = contextTokens;
        _shape.PrefillRows++;
        _shape.PrefillTokens += queryTokens;
        _shape.PrefillContext += c;
        _shape.PrefillPairs += q * c + q * (q + 1) / 2;
        if (_ring is not null)
            _shape.PrefillWindowPairs += WindowPairs(q, c, _ring.Window);
        if (emits)
            _shape.EmittedTokens++;
    }

    public void Advance(int iterations)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(iterations, 1);
        if (_shape.PrefillRows > 0)
        {
            if (iterations != 1)
                throw new InvalidOperationException("A batch with prefill rows advances by one iteration.");
            AdvancePrefill();
        }
        _shape.DecodeContext += (long)iterations * _shape.DecodeRows;
        _ring?.Advance(iterations);
    }

    public void AdvancePrefill()
    {
        _shape.PrefillRows = 0;
        _shape.PrefillTokens = 0;
        _shape.PrefillContext = 0;
        _shape.PrefillPairs = 0;
        _shape.PrefillWindowPairs = 0;
        _shape.EmittedTokens = 0;
    }

    public readonly void RequireDecodeOnly()
    {
        if (_shape.DecodeRows == 0 || _shape.PrefillRows > 0)
            throw new InvalidOperationException($"A batch of {_shape.DecodeRows} decode rows and {_shape.PrefillRows} prefill rows has no decode-only iteration.");
    }

    // Σ over i = 1…q of min(c + i, w): a ramp until the window is full, then flat.
    private static long WindowPairs(long q, long c, long w)
    {
        long ramp = Math.Clamp(w - c, 0, q);
        return ramp * c + ramp * (ramp + 1) / 2 + (q - ramp) * w;
    }
}
