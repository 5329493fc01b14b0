using Spectre.Console;

namespace Simulator.Cli.Terminal;

/// <summary>Tables as plain text: the same characters on a terminal, in a file and in a test.</summary>
internal static class TextTable
{
    /// <summary>Wide enough that no cell is ever broken.</summary>
    private const int Width = 1000;

    /// <summary>A table whose first column is words and whose other columns are figures, aligned to the right.</summary>
    public static Table Create(params string[] headings)
    {
        var table = new Table { Border = TableBorder.Simple, ShowRowSeparators = false };
        for (int i = 0; i < headings.Length; i++)
        {
            var column = new TableColumn(new Text(headings[i])) { NoWrap = true, Padding = new Padding(i == 0 ? 1 : 0, 0, 1, 0) };
            table.AddColumn(i == 0 ? column.LeftAligned() : column.RightAligned());
        }

        return table;
    }

    /// <summary>Adds a row of plain texts.</summary>
    public static void AddTexts(this Table table, params string[] cells) => table.AddRow([.. cells.Select(cell => new Text(cell))]);

    /// <summary>Writes the table without trailing blanks.</summary>
    public static void WriteTable(this TextWriter output, Table table)
    {
        using var text = new StringWriter { NewLine = "\n" };
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(text),
        });
        console.Profile.Width = Width;
        console.Profile.Capabilities.Unicode = true;
        console.Write(table);
        foreach (string line in text.ToString().TrimEnd().Split('\n'))
        {
            string trimmed = line.TrimEnd();
            if (trimmed.Length > 0) output.WriteLine(trimmed);
        }
    }
}
