using System.CommandLine;
using System.CommandLine.Parsing;
using Simulator.Cli.Reading;

namespace Simulator.Cli.Verbs;

/// <summary>Options whose values are read as a scenario's are, with the same messages.</summary>
internal static class OptionFactory
{
    /// <summary>An option with a value; null when it is not given.</summary>
    /// <param name="name">Name with its dashes.</param>
    /// <param name="value">What stands for the value in the help, such as <c>FILE</c>.</param>
    /// <param name="description">What it does.</param>
    /// <param name="reader">Reads the value.</param>
    public static Option<T?> Value<T>(string name, string value, string description, ValueReader<T> reader) where T : struct => new(name)
    {
        Description = description,
        HelpName = value,
        CustomParser = result => TryRead(result, name, reader, out T read) ? read : null,
    };

    /// <inheritdoc cref="Value"/>
    public static Option<T?> Reference<T>(string name, string value, string description, ValueReader<T> reader) where T : class => new(name)
    {
        Description = description,
        HelpName = value,
        CustomParser = result => TryRead(result, name, reader, out T read) ? read : null,
    };

    /// <summary>An option that may be given several times; empty when it is not given.</summary>
    public static Option<IReadOnlyList<T>> Many<T>(string name, string value, string description, ValueReader<T> reader) => new(name)
    {
        Description = description,
        HelpName = value,
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
        DefaultValueFactory = _ => [],
        CustomParser = result =>
        {
            var values = new List<T>(result.Tokens.Count);
            foreach (Token token in result.Tokens)
            {
                if (reader(token.Value, out T read, out string fault)) values.Add(read);
                else result.AddError($"{name}: {fault}");
            }

            return values;
        },
    };

    /// <summary>An argument that must be given.</summary>
    public static Argument<string> File(string name, string description) => new(name) { Description = description };

    /// <summary>An argument that may be left out, and is null then.</summary>
    public static Argument<T?> Entry<T>(string name, string description, ValueReader<T> reader) where T : class => new(name)
    {
        Description = description,
        Arity = ArgumentArity.ZeroOrOne,
        CustomParser = result => TryRead(result, "", reader, out T read) ? read : null,
    };

    /// <summary>An option without a value.</summary>
    public static Option<bool> Flag(string name, string description) => new(name) { Description = description, Arity = ArgumentArity.Zero };

    private static bool TryRead<T>(ArgumentResult result, string name, ValueReader<T> reader, out T value)
    {
        value = default!;
        if (result.Tokens.Count != 1) return false;
        if (reader(result.Tokens[0].Value, out value, out string fault)) return true;
        result.AddError(name.Length > 0 ? $"{name}: {fault}" : fault);
        return false;
    }
}
