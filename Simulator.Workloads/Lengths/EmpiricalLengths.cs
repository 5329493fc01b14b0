using Simulator.Core.Randomness;
using Simulator.Workloads.Requests;

namespace Simulator.Workloads.Lengths;

/// <summary>Lengths drawn from recorded requests, a prompt always with its own output.</summary>
public sealed class EmpiricalLengths : IRequestLengths
{
    private readonly RequestLength[] _recorded;

    /// <summary>Lengths of recorded requests, failures left out. It holds 8 bytes for each.</summary>
    /// <param name="requests">A finite trace.</param>
    /// <exception cref="ArgumentException">There is no request that is not a failure.</exception>
    public EmpiricalLengths(IEnumerable<Request> requests)
    {
        ArgumentNullException.ThrowIfNull(requests);
        _recorded = [.. requests.Where(request => !request.IsFailure).Select(request => new RequestLength(request.PromptTokens, request.OutputTokens))];
        if (_recorded.Length == 0) throw new ArgumentException("The trace has no request that is not a failure.", nameof(requests));
    }

    /// <summary>The prompts alone.</summary>
    public ILengthDistribution Prompts => new Part(this, prompts: true);

    /// <summary>The outputs alone.</summary>
    public ILengthDistribution Outputs => new Part(this, prompts: false);

    /// <inheritdoc/>
    public RequestLength Next(RandomStream random)
    {
        ArgumentNullException.ThrowIfNull(random);
        return _recorded[random.NextInt32(_recorded.Length)];
    }

    private sealed class Part(EmpiricalLengths lengths, bool prompts) : ILengthDistribution
    {
        public int Next(RandomStream random)
        {
            RequestLength drawn = lengths.Next(random);
            return prompts ? drawn.PromptTokens : drawn.OutputTokens;
        }
    }
}
