namespace Simulator.Models.Costs;

/// <summary>How the next token is chosen from the logits, which decides how often they are read.</summary>
/// <remarks>
/// A request that says nothing of it is sampled as its model's <c>generation_config.json</c> asks for (vLLM from 0.8.3 on,
/// <c>--generation-config auto</c>): the Llama and Qwen families ask for top-p there, Mistral, Mixtral and CodeLlama do not. Benchmarks mostly set a
/// temperature of 0.
/// </remarks>
public enum TokenSampling
{
    /// <summary>The greatest logit, or one drawn from all of them: a few passes over the logits.</summary>
    Greedy,

    /// <summary>
    /// One of the most likely, up to a share of the probability (top-p), by a sort of all logits, as PyTorch does it in vLLM without FlashInfer's sampler
    /// (<c>apply_top_k_top_p</c>; the default up to 0.19).
    /// </summary>
    TopP,
}
