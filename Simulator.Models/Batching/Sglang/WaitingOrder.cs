namespace Simulator.Models.Batching.Sglang;

/// <summary>The order in which waiting sequences are tried.</summary>
/// <remarks>Mirrors <c>SchedulePolicy.calc_priority</c> in <c>schedule_policy.py</c>.</remarks>
internal sealed class WaitingOrder(bool longestPrefix)
{
    /// <summary>With more waiting, finding and sorting prefixes costs too much.</summary>
    private const int MostSorted = 128;

    /// <summary>Tokens of a cached prefix up to which a sequence may be put off (IN_BATCH_PREFIX_CACHING_CHECK_THRESHOLD).</summary>
    private const int CheckedPrefix = 32;

    /// <summary>Tokens in common with another waiting sequence from which it is put off (IN_BATCH_PREFIX_CACHING_DEPRIORITIZE_THRESHOLD).</summary>
    private const int SharedPrefix = 32;

    private readonly List<Place> _places = [];
    private SequenceView _next;
    private bool _sorted;
    private bool _hasNext;
    private int _at;

    /// <summary>Puts those that wait now in order.</summary>
    public void Begin(BatchComposer batch)
    {
        _hasNext = batch.TryFirstWaiting(out _next);
        _sorted = longestPrefix && batch.WaitingCount <= MostSorted;
        if (!_sorted) return;
        _places.Clear();
        _at = 0;
        while (_hasNext)
        {
            int cached = batch.FindPrefix(_next).Tokens;
            bool isShared = cached <= CheckedPrefix;
            bool putOff = isShared && SharesWithEarlier(_next);
            _places.Add(new(_next, _places.Count, putOff ? -1 : cached, isShared && !putOff));
            _hasNext = BatchComposer.TryNext(_next, out _next);
        }
        _places.Sort();
    }

    /// <summary>The next in order; it may be admitted before the one after it is asked for.</summary>
    public bool TryTake(out SequenceView view)
    {
        if (_sorted)
        {
            bool more = _at < _places.Count;
            view = more ? _places[_at++].View : default;
            return more;
        }
        view = _next;
        bool taken = _hasNext;
        if (taken) _hasNext = BatchComposer.TryNext(view, out _next);
        return taken;
    }

    private bool SharesWithEarlier(SequenceView view)
    {
        foreach (Place earlier in _places)
            if (earlier.IsShared && view.SharedPrefix(earlier.View) >= SharedPrefix) return true;
        return false;
    }

    /// <param name="View">The sequence.</param>
    /// <param name="Arrived">Its place in the queue.</param>
    /// <param name="Cached">Tokens of its cached prefix; −1 when it is put off.</param>
    /// <param name="IsShared">Whether those behind it that share its prefix are put off.</param>
    private readonly record struct Place(SequenceView View, int Arrived, int Cached, bool IsShared) : IComparable<Place>
    {
        public int CompareTo(Place other) => (other.Cached, Arrived).CompareTo((Cached, other.Arrived));
    }
}
