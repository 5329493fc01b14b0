using System.CommandLine;
using System.CommandLine.Parsing;
using Simulator.Core.Text;

namespace Simulator.Cli.Verbs;

/// <summary>Faults of a command line, in the words of the other faults.</summary>
internal static class UsageFaults
{
    /// <summary>Every fault of the command line, and where to read on; empty when there is none.</summary>
    public static IReadOnlyList<string> Of(ParseResult parse)
    {
        Command command = parse.CommandResult.Command;
        // An option that nobody knows is taken for the argument that a file name would be.
        string[] mistyped = [.. parse.CommandResult.Children.OfType<ArgumentResult>().SelectMany(argument => argument.Tokens)
            .Select(token => token.Value).Where(value => value.StartsWith("--", StringComparison.Ordinal))];
        if (mistyped.Length > 0) return [.. mistyped.Select(token => Unknown(token, command)), $"see: {PathOf(parse)} --help"];
        if (parse.Errors.Count == 0) return [];
        List<string> faults = command.Subcommands.Count > 0
            ? [parse.UnmatchedTokens.Count > 0 ? Unknown(parse.UnmatchedTokens[0], command) : MissingVerb(parse)]
            : [.. parse.UnmatchedTokens.Select(token => Unknown(token, command)), .. OtherErrors(parse)];
        faults.Add($"see: {PathOf(parse)} --help");
        return faults;
    }

    private static string MissingVerb(ParseResult parse) =>
        $"'{PathOf(parse)}' needs one of: {string.Join(", ", parse.CommandResult.Command.Subcommands.Select(verb => verb.Name))}";

    private static IEnumerable<string> OtherErrors(ParseResult parse) =>
        parse.Errors.Select(error => error.Message).Where(message => !IsAboutUnmatched(message)).Select(Reword).Distinct();

    private static string Unknown(string token, Command command)
    {
        if (token.StartsWith('-'))
        {
            IEnumerable<string> options = command.Options.Where(option => !option.Hidden).Select(option => option.Name);
            return $"unknown option '{token}'{NearestName.Hint(token, options)}";
        }

        if (command.Subcommands.Count == 0) return $"unexpected argument '{token}'";
        IEnumerable<string> verbs = command.Subcommands.Select(verb => verb.Name);
        return $"unknown command '{token}'{NearestName.Hint(token, verbs)}";
    }

    private static bool IsAboutUnmatched(string message) => message.StartsWith("Unrecognized command or argument", StringComparison.Ordinal);

    /// <summary>The parser's sentence as one of ours: no capital, no full stop.</summary>
    private static string Reword(string message) =>
        message.Length == 0 ? message : char.ToLowerInvariant(message[0]) + message[1..].TrimEnd('.');

    private static string PathOf(ParseResult parse)
    {
        var names = new List<string>();
        for (SymbolResult? result = parse.CommandResult; result is not null; result = result.Parent)
        {
            if (result is CommandResult command) names.Insert(0, command.Command.Name);
        }

        return string.Join(' ', names);
    }
}
