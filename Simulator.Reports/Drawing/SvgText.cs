using System.Globalization;
using System.Security;
using System.Text;

namespace Simulator.Reports.Drawing;

/// <summary>Writes the elements of an SVG figure, line by line; the same figures give the same bytes everywhere.</summary>
internal sealed class SvgText
{
    private readonly StringBuilder _text = new();

    /// <summary>A length or a place, to a hundredth of a pixel.</summary>
    public static string Number(double value) => (Math.Round(value, 2) + 0.0).ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>The data of a path, its numbers to a hundredth of a pixel.</summary>
    public static string Data(FormattableString path) =>
        string.Format(CultureInfo.InvariantCulture, path.Format, [.. path.GetArguments().Select(value => (object)Number((double)value!))]);

    /// <summary>Ends the figure.</summary>
    /// <param name="width">Its width in pixels.</param>
    /// <param name="height">Its height in pixels.</param>
    /// <param name="title">What it shows, for those who cannot see it.</param>
    /// <param name="style">Its style sheet, and what it needs to define.</param>
    public string ToDocument(double width, double height, string title, string style) => $"""
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Number(width)} {Number(height)}" width="{Number(width)}" height="{Number(height)}" role="img">
        <title>{Escape(title)}</title>
        {style.ReplaceLineEndings("\n")}
        <rect class="page" width="100%" height="100%" rx="6"/>
        {_text}</svg>

        """.ReplaceLineEndings("\n");

    public void Rectangle(string css, double x, double y, double width, double height, string tip = "")
    {
        _text.Append(CultureInfo.InvariantCulture, $"<rect class=\"{css}\" x=\"{Number(x)}\" y=\"{Number(y)}\" width=\"{Number(width)}\" height=\"{Number(height)}\"");
        _text.Append(tip.Length == 0 ? "/>\n" : $"><title>{Escape(tip)}</title></rect>\n");
    }

    public void Path(string css, string data)
    {
        if (data.Length > 0) _text.Append(CultureInfo.InvariantCulture, $"<path class=\"{css}\" d=\"{data}\"/>\n");
    }

    public void Text(string css, double x, double y, string text) =>
        _text.Append(CultureInfo.InvariantCulture, $"<text class=\"{css}\" x=\"{Number(x)}\" y=\"{Number(y)}\">{Escape(text)}</text>\n");

    private static string Escape(string text) => SecurityElement.Escape(text);
}
