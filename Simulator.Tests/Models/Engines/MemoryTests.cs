using System.Runtime.InteropServices;
using Simulator.Core.Time;
using Simulator.Models.Batching;
using Simulator.Models.Caching;
using Simulator.Models.Engines;
using Simulator.Workloads.Requests;

namespace Simulator.Tests.Models.Engines;

/// <summary>What sequences hold of KV memory, in blocks of 4 tokens.</summary>
public sealed class MemoryTests
{
    private static readonly ContentSegment[] Chat = [new(1, 100)];

    private static HashedMemory Hashed(long blocks, bool prefixCaching = true, HostTier? host = null) => new(blocks, 4, prefixCaching, host);

    private static RadixMemory Radix(long blocks, bool prefixCaching = true) => new(blocks, 4, prefixCaching);

    private static Sequence Sequence(int prompt, ContentSegment[] content, long id = 0)
    {
        Sequence sequence = new();
        sequence.Reset(new Request { Id = id, Arrival = SimTime.Zero, PromptTokens = prompt, OutputTokens = 50, Content = content }, 50, 50, 0, SimTime.Zero);
        return sequence;
    }

    /// <summary>Holds what is cached, and computes as many tokens.</summary>
    private static Sequence Started(SequenceMemory memory, int prompt, ContentSegment[] content, int computed, long id = 0)
    {
        Sequence sequence = Sequence(prompt, content, id);
        PrefixHit hit = memory.FindPrefix(sequence);
        Assert.That(memory.TryHold(sequence, hit));
        sequence.Computed = hit.Tokens;
        Compute(memory, sequence, computed);
        return sequence;
    }

    private static void Compute(SequenceMemory memory, Sequence sequence, int tokens)
    {
        Assert.That(memory.TryGrow(sequence, tokens));
        sequence.Computed = tokens;
        memory.OnComputed(sequence);
    }

    private static IEnumerable<SequenceMemory> Both() => [Hashed(20), Radix(20)];

    [TestCaseSource(nameof(Both))]
    public void TryGrow_TokenByToken_TakesABlockForEveryFour(object of)
    {
        SequenceMemory memory = (SequenceMemory)of;
        Sequence sequence = Started(memory, 30, [], 1);
        Assert.That((memory.Total, memory.Used, memory.Available), Is.EqualTo((20, 1, 19)));
        Compute(memory, sequence, 4);
        Assert.That(memory.Used, Is.EqualTo(1));
        Compute(memory, sequence, 5);
        Assert.That(memory.Used, Is.EqualTo(2));
        Compute(memory, sequence, 30);
        Assert.That((memory.Used, memory.AvailableToStretch), Is.EqualTo((8, 12)));
        memory.Release(sequence, 30);
        Assert.That((memory.Used, memory.Available, memory.AvailableToStretch), Is.EqualTo((0, 20, 20)));
    }

    [TestCaseSource(nameof(Both))]
    public void TryTake_ForDecodes_TakesAllOrNothing(object of)
    {
        SequenceMemory memory = (SequenceMemory)of;
        Assert.That(memory.TryTake(21), Is.False);
        Assert.That(memory.TryTake(20));
        Assert.That(memory.TryTake(1), Is.False);
        memory.Return(3);
        Assert.That((memory.Used, memory.Available), Is.EqualTo((17, 3)));
    }

    [TestCaseSource(nameof(Both))]
    public void TryReserve_WholeLength_IsHeldUntilTheRelease(object of)
    {
        SequenceMemory memory = (SequenceMemory)of;
        Sequence sequence = Started(memory, 10, [], 5);
        Assert.That(memory.TryReserve(sequence, 5, 81), Is.False);
        Assert.That((memory.Used, sequence.ReservedTokens), Is.EqualTo((2, 0)));
        Assert.That(memory.TryReserve(sequence, 5, 41));
        Assert.That((memory.Used, sequence.ReservedTokens), Is.EqualTo((11, 41)));
        Compute(memory, sequence, 10);
        Assert.That(memory.Used, Is.EqualTo(11), "these tokens have their blocks");
        Assert.That(memory.Held(sequence, 45), Is.EqualTo(12));
        memory.Release(sequence, 10);
        Assert.That((memory.Used, sequence.ReservedTokens), Is.EqualTo((0, 0)));
        sequence = Started(memory, 10, [], 9);
        Assert.That(memory.TryReserve(sequence, 9, 3));
        Assert.That(memory.Used, Is.EqualTo(3), "it has more already");
    }

    [TestCaseSource(nameof(Both))]
    public void FindPrefix_WholePromptCached_LeavesATokenToCompute(object of)
    {
        SequenceMemory memory = (SequenceMemory)of;
        memory.Release(Started(memory, 12, Chat, 12), 12);
        Assert.That(memory.FindPrefix(Sequence(12, Chat)), Is.EqualTo(new PrefixHit(8, 2)));
        Assert.That(memory.FindPrefix(Sequence(13, Chat)), Is.EqualTo(new PrefixHit(12, 3)));
        Assert.That(memory.FindPrefix(Sequence(13, [])), Is.EqualTo(default(PrefixHit)));
        Assert.That(memory.FindPrefix(Sequence(13, [new(2, 13)])), Is.EqualTo(default(PrefixHit)));
        Assert.That((memory.Used, memory.Available), Is.EqualTo((0, 20)), "to look is not to hold");
    }

    [TestCaseSource(nameof(Both))]
    public void FindPrefix_BlocksThatAnotherHolds_AreNotIdle(object of)
    {
        SequenceMemory memory = (SequenceMemory)of;
        Sequence first = Started(memory, 13, Chat, 13);
        Assert.That(memory.FindPrefix(Sequence(13, Chat, 1)), Is.EqualTo(new PrefixHit(12, 0)));
        Sequence second = Started(memory, 9, Chat, 9, id: 1);
        Assert.That(memory.Used, Is.EqualTo(4 + 1), "two of its three blocks are shared");
        memory.Release(first, 13);
        Assert.That(memory.FindPrefix(Sequence(13, Chat, 2)), Is.EqualTo(new PrefixHit(12, 1)));
        memory.Release(second, 9);
        Assert.That((memory.Used, memory.FindPrefix(Sequence(13, Chat, 2))), Is.EqualTo((0, new PrefixHit(12, 3))));
    }

    [TestCaseSource(nameof(Both))]
    public void FindPrefix_ContentShorterThanThePrompt_EndsWithTheContent(object of)
    {
        SequenceMemory memory = (SequenceMemory)of;
        ContentSegment[] nine = [new(3, 9)];
        memory.Release(Started(memory, 20, nine, 20), 20);
        Assert.That(memory.FindPrefix(Sequence(20, nine, 1)), Is.EqualTo(new PrefixHit(8, 2)));
    }

    [TestCaseSource(nameof(Both))]
    public void Release_GeneratedTokens_ContinueTheContent(object of)
    {
        SequenceMemory memory = (SequenceMemory)of;
        Sequence sequence = Started(memory, 10, [new(1, 10)], 10);
        Compute(memory, sequence, 16);
        sequence.Generated = 7;
        memory.Release(sequence, 16);
        Assert.That(memory.FindPrefix(Sequence(30, [new(1, 30)], 1)), Is.EqualTo(new PrefixHit(16, 4)));
    }

    [TestCaseSource(nameof(Both))]
    public void TryHold_HitThatIsNotThere_IsRefused(object of)
    {
        SequenceMemory memory = (SequenceMemory)of;
        memory.Release(Started(memory, 9, Chat, 9), 9);
        Sequence sequence = Sequence(40, Chat);
        memory.FindPrefix(sequence);
        Assert.That(memory.TryHold(sequence, new PrefixHit(12, 3)), Is.False);
        Assert.That(memory.TryHold(Sequence(40, Chat), new PrefixHit(6, 1)), Is.False);
        Assert.That(memory.TryHold(Sequence(40, []), new PrefixHit(4, 1)), Is.False);
    }

    [Test]
    public void PrefixCaching_Off_KeepsNothing()
    {
        foreach (SequenceMemory memory in new SequenceMemory[]
        {
            Hashed(20, prefixCaching: false), Radix(20, prefixCaching: false),
            Hashed(20, prefixCaching: false, new HostTier(5, HostWritePolicy.WriteThrough)),
        })
        {
            Sequence sequence = Started(memory, 12, Chat, 12);
            Assert.That(memory.FindPrefix(Sequence(12, Chat)), Is.EqualTo(default(PrefixHit)));
            memory.ReleaseToReturn(sequence, 12);
            Assert.That(memory.FindPrefix(Sequence(12, Chat)), Is.EqualTo(default(PrefixHit)));
            Assert.That((memory.Used, memory.AvailableToStretch), Is.EqualTo((0, 20)));
            memory.Release(Started(memory, 12, Chat, 12), 12);
            Assert.That((memory.Used, memory.AvailableToStretch, memory.TakeCopies()), Is.EqualTo((0, 20, (0, 0))));
        }
    }

    [Test]
    public void ReleaseToReturn_Hashed_FindsItsOwnUnknownContentAgain()
    {
        HashedMemory memory = Hashed(20);
        foreach ((ContentSegment[] content, int others) in new (ContentSegment[], int)[] { ([], 0), ([new(1, 5)], 4), ([new(2, 12)], 8) })
        {
            Sequence sequence = Started(memory, 12, content, 12);
            memory.ReleaseToReturn(sequence, 12);
            Assert.That(memory.FindPrefix(sequence).Tokens, Is.EqualTo(8));
            Assert.That(memory.FindPrefix(Sequence(12, content, id: 1)).Tokens, Is.EqualTo(others), "another has only what is known");
            Assert.That(sequence.Content.Sum(segment => segment.Tokens), Is.EqualTo(12));
        }
    }

    [Test]
    public void ReleaseToReturn_WholeContentKnown_OutputStillContinuesIt()
    {
        foreach (SequenceMemory memory in Both())
        {
            Sequence sequence = Started(memory, 12, [new(1, 12)], 12);
            memory.ReleaseToReturn(sequence, 12);
            PrefixHit hit = memory.FindPrefix(sequence);
            Assert.That(memory.TryHold(sequence, hit));
            sequence.Computed = hit.Tokens;
            Compute(memory, sequence, 16);
            sequence.Generated = 5;
            memory.Release(sequence, 16);
            Assert.That(memory.FindPrefix(Sequence(30, [new(1, 30)], id: 1)).Tokens, Is.EqualTo(16));
        }
    }

    [TestCaseSource(nameof(Both))]
    public void Release_BlocksTakenForDecodes_AreFreeToo(object of)
    {
        SequenceMemory memory = (SequenceMemory)of;
        Sequence sequence = Started(memory, 6, [], 6);
        Assert.That(memory.TryTake(2));
        (sequence.Computed, sequence.Generated) = (15, 10);
        Assert.That(memory.Used, Is.EqualTo(4));
        memory.Release(sequence, 15);
        Assert.That((memory.Used, memory.AvailableToStretch), Is.EqualTo((0, 20)));
    }

    [Test]
    public void ReleaseToReturn_Radix_KeepsWhatWasSharedOnly()
    {
        RadixMemory memory = Radix(20);
        Sequence sequence = Started(memory, 40, Chat, 9);
        Assert.That(memory.TryGrow(sequence, 20));
        memory.ReleaseToReturn(sequence, 20);
        Assert.That((memory.Used, memory.AvailableToStretch), Is.EqualTo((0, 18)));
        Assert.That(memory.FindPrefix(Sequence(40, Chat, 1)), Is.EqualTo(new PrefixHit(8, 2)));
    }

    [Test]
    public void AvailableToStretch_CachedBlocks_CountWhereNobodyMustHearOfTheirEviction()
    {
        foreach ((SequenceMemory memory, int available) in new (SequenceMemory, int)[]
        {
            (Hashed(20), 20), (Hashed(20, host: new HostTier(5, HostWritePolicy.WriteBack)), 17), (Radix(20), 17),
        })
        {
            memory.Release(Started(memory, 13, Chat, 13), 13);
            Assert.That((memory.Available, memory.AvailableToStretch), Is.EqualTo((20, available)));
        }
    }

    [Test]
    public void Total_UnlimitedRadix_NeverRunsOut()
    {
        RadixMemory memory = Radix(KvBlockPool.Unlimited);
        Assert.That(memory.Total, Is.EqualTo(KvBlockPool.Unlimited));
        for (int i = 0; i < 100; i++) Assert.That(memory.TryTake(1_000_000_000_000));
    }

    [Test]
    public void TakeCopies_WriteThrough_CountsEachFullBlockOnce()
    {
        HashedMemory memory = Hashed(20, host: new HostTier(8, HostWritePolicy.WriteThrough));
        Sequence sequence = Started(memory, 13, Chat, 9);
        Assert.That(memory.TakeCopies(), Is.EqualTo((2, 0)));
        Assert.That(memory.TakeCopies(), Is.EqualTo((0, 0)));
        memory.EndCopies();
        Compute(memory, sequence, 13);
        memory.Release(sequence, 13);
        Assert.That(memory.TakeCopies(), Is.EqualTo((1, 0)));
    }

    [Test]
    public void TryHold_BlocksOnTheHost_AreCopiedBackAndStayThereMeanwhile()
    {
        HostTier host = new(3, HostWritePolicy.WriteBack);
        HashedMemory memory = Hashed(4, host: host);
        memory.Release(Started(memory, 12, Chat, 12), 12);
        Assert.That(memory.TakeCopies(), Is.EqualTo((0, 0)), "nothing is evicted yet");
        Assert.That(memory.TryTake(3));
        Assert.That(memory.TakeCopies(), Is.EqualTo((2, 0)), "the tail of the prefix goes first, after the free block");
        Assert.That((host.Pinned, host.Cached), Is.EqualTo((2, 0)));
        memory.EndCopies();
        Assert.That((host.Pinned, host.Cached), Is.EqualTo((0, 2)));
        memory.Return(3);

        Sequence again = Sequence(13, Chat);
        PrefixHit hit = memory.FindPrefix(again);
        Assert.That(hit, Is.EqualTo(new PrefixHit(12, 1, 2)));
        Assert.That(memory.TryHold(again, hit));
        Assert.That((memory.Used, again.NamedBlocks.Count, host.Pinned), Is.EqualTo((3, 3, 2)));
        Assert.That(memory.TakeCopies(), Is.EqualTo((0, 2)));
        memory.EndCopies();
        Assert.That((host.Pinned, host.Cached), Is.EqualTo((0, 2)));
        Assert.That(memory.FindPrefix(Sequence(13, Chat, 1)), Is.EqualTo(new PrefixHit(12, 0)), "on the device again");
    }

    [Test]
    public void TryHold_BlocksThatTheHostHasNot_IsRefused()
    {
        foreach (HostTier? host in new[] { null, new HostTier(3, HostWritePolicy.WriteBack) })
        {
            HashedMemory memory = Hashed(8, host: host);
            memory.Release(Started(memory, 5, Chat, 5), 5);
            Sequence sequence = Sequence(13, Chat);
            memory.FindPrefix(sequence);
            Assert.That(memory.TryHold(sequence, new PrefixHit(8, 1, 1)), Is.False);
        }
    }

    [Test]
    public void TryHold_NoRoomForWhatIsOnTheHost_IsRefused()
    {
        HashedMemory memory = Hashed(4, host: new HostTier(3, HostWritePolicy.WriteBack));
        memory.Release(Started(memory, 9, Chat, 9), 9);
        Assert.That(memory.TryTake(4));
        memory.TakeCopies();
        memory.EndCopies();
        memory.Return(1);
        Sequence sequence = Sequence(13, Chat);
        PrefixHit hit = memory.FindPrefix(sequence);
        Assert.That(hit, Is.EqualTo(new PrefixHit(8, 0, 2)));
        Assert.That(memory.TryHold(sequence, hit), Is.False);
    }

    [Test]
    public void TryHold_Prefix_IsTheMostRecentlyUsedOnTheHostToo()
    {
        // The host has room for three blocks: two of the first content and one of the second. What is used on the device is kept.
        HostTier host = new(3, HostWritePolicy.WriteThrough);
        HashedMemory memory = Hashed(20, host: host);
        ContentSegment[] other = [new(2, 100)], third = [new(3, 100)];
        memory.Release(Started(memory, 8, Chat, 8), 8);
        memory.Release(Started(memory, 4, other, 4), 4);
        memory.EndCopies();
        Started(memory, 9, Chat, 9);
        Started(memory, 4, third, 4);
        memory.EndCopies();
        Assert.That(memory.TryTake(memory.Available));
        Assert.That(Names(Chat, 8), Is.EqualTo(2));
        Assert.That(Names(other, 4), Is.Zero, "it was used before the first content");
        Assert.That(Names(third, 4), Is.EqualTo(1));

        int Names(ContentSegment[] content, int tokens)
        {
            List<ulong> names = [];
            BlockHashes.Extend(content, tokens, tokens, 4, names);
            return host.FindPrefix(CollectionsMarshal.AsSpan(names));
        }
    }
}
