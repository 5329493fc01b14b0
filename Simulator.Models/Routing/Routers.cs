namespace Simulator.Models.Routing;

/// <summary>Makers of the routers that come with the library, for <see cref="Clusters.ClusterSpec.Router"/>.</summary>
public static class Routers
{
    /// <summary>Makes a <see cref="RandomRouter"/>.</summary>
    public static Func<RouterContext, IRouter> Random { get; } = context => new RandomRouter(context.Random);

    /// <summary>Makes a <see cref="Routing.RoundRobin"/>.</summary>
    public static Func<RouterContext, IRouter> RoundRobin { get; } = _ => new RoundRobin();

    /// <summary>Makes a <see cref="Routing.LeastOutstanding"/>.</summary>
    public static Func<RouterContext, IRouter> LeastOutstanding { get; } = _ => new LeastOutstanding();

    /// <summary>Makes a <see cref="Routing.LeastWaiting"/>.</summary>
    public static Func<RouterContext, IRouter> LeastWaiting { get; } = _ => new LeastWaiting();

    /// <summary>Makes a <see cref="Routing.LeastPendingTokens"/>.</summary>
    public static Func<RouterContext, IRouter> LeastPendingTokens { get; } = _ => new LeastPendingTokens();

    /// <summary>Makes a <see cref="Routing.PowerOfTwoChoices"/>.</summary>
    public static Func<RouterContext, IRouter> PowerOfTwoChoices { get; } = context => new PowerOfTwoChoices(context.Random);

    /// <summary>Makes a <see cref="Routing.PrefixAffinity"/>.</summary>
    public static Func<RouterContext, IRouter> PrefixAffinity { get; } = _ => new PrefixAffinity();

    /// <summary>Makes a <see cref="Routing.SessionAffinity"/>.</summary>
    public static Func<RouterContext, IRouter> SessionAffinity { get; } = _ => new SessionAffinity();
}
