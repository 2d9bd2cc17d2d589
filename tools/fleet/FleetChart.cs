using System.Globalization;
using System.Security;
using System.Text;

namespace Marketplace.Fleet;

/// <summary>Draws overhead against wrong results as an SVG of its own: both axes by powers of ten.</summary>
/// <remarks>Names stand in a numbered list beside the plot: where runs are alike their points lie together.</remarks>
public static class FleetChart
{
    private const int Width = 800;
    private const int Left = 70;
    private const int Right = 520;
    private const int Top = 50;
    private const int Bottom = 430;
    private const int Line = 17;

    /// <summary>What a run without a single wrong result is drawn at, in wrong results per 10^9.</summary>
    private const double NoneAt = 100;

    private const double LeastExtraPpm = 5_000;
    private const double MostExtraPpm = 1_500_000;
    private const double MostWrong = 100_000_000;

    private static readonly (int ExtraPpm, string Text)[] Overheads =
    [
        (10_000, "1.01x"), (20_000, "1.02x"), (50_000, "1.05x"), (100_000, "1.1x"), (200_000, "1.2x"),
        (500_000, "1.5x"), (1_000_000, "2x"),
    ];

    private static readonly (int PerBillion, string Text)[] Wrongs =
    [
        (100, "none"), (1_000, "1"), (10_000, "10"), (100_000, "100"), (1_000_000, "1,000"), (10_000_000, "10,000"),
    ];

    public static string Draw(IReadOnlyList<FleetRow> rows)
    {
        var height = Math.Max(Bottom + 60, Top + ((rows.Count + 1) * Line) + 20);
        var svg = new StringBuilder();
        svg.Append(Invariant(
            $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{Width}\" height=\"{height}\" "));
        svg.Append(Invariant($"viewBox=\"0 0 {Width} {height}\" role=\"img\">\n"));
        svg.Append(Style).Append(Invariant($"<rect class=\"page\" width=\"{Width}\" height=\"{height}\"/>\n"));
        Text(svg, Left, 26, "title", "Overhead against wrong results per million jobs");
        DrawAxes(svg);
        foreach (var (index, row) in rows.Index())
        {
            DrawRow(svg, index + 1, row);
        }

        return svg.Append("</svg>\n").ToString();
    }

    private static void DrawAxes(StringBuilder svg)
    {
        foreach (var (extra, text) in Overheads)
        {
            var x = X(extra);
            svg.Append(Invariant($"<path class=\"grid\" d=\"M{x:0} {Top}V{Bottom}\"/>\n"));
            Text(svg, x, Bottom + 18, "tick middle", text);
        }

        foreach (var (wrong, text) in Wrongs)
        {
            var y = Y(wrong);
            svg.Append(Invariant($"<path class=\"grid\" d=\"M{Left} {y:0}H{Right}\"/>\n"));
            Text(svg, Left - 8, y + 4, "tick end", text);
        }

        Text(svg, (Left + Right) / 2, Bottom + 42, "tick middle", "executions per job");
        Text(svg, Left - 50, Top - 8, "tick", "wrong");
    }

    private static void DrawRow(StringBuilder svg, int number, FleetRow row)
    {
        var kind = row.Parameters.Policy == FleetPolicies.Ours ? "ours" : "rival";
        var (x, y) = (X(row.Means.OverheadPpm - 1_000_000), Y(row.Means.WrongPerBillion));
        svg.Append(Invariant($"<circle class=\"{kind}\" cx=\"{x:0.0}\" cy=\"{y:0.0}\" r=\"8\"/>\n"));
        Text(svg, x, y + 3.5, "number middle", number.ToString(CultureInfo.InvariantCulture));

        var listed = Top + (number * Line);
        Text(svg, Right + 42, listed, $"{kind}-name end", number.ToString(CultureInfo.InvariantCulture));
        Text(svg, Right + 48, listed, $"{kind}-name", row.Name);
    }

    private static double X(double extraPpm) => Left + ((Right - Left)
        * Math.Log(Math.Clamp(extraPpm, LeastExtraPpm, MostExtraPpm) / LeastExtraPpm)
        / Math.Log(MostExtraPpm / LeastExtraPpm));

    private static double Y(double wrongPerBillion) => Bottom - ((Bottom - Top)
        * Math.Log(Math.Clamp(wrongPerBillion, NoneAt, MostWrong) / NoneAt) / Math.Log(MostWrong / NoneAt));

    private static void Text(StringBuilder svg, double x, double y, string style, string text) => svg.Append(
        Invariant($"<text class=\"{style}\" x=\"{x:0.0}\" y=\"{y:0.0}\">{SecurityElement.Escape(text)}</text>\n"));

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);

    // Colours are chosen for either background; the page itself follows the reader's.
    private const string Style =
        """
        <style>
        text { font: 12px sans-serif; fill: #24292f }
        .title { font-size: 16px; font-weight: bold }
        .tick { fill: #57606a }
        .middle { text-anchor: middle }
        .end { text-anchor: end }
        .page { fill: #ffffff }
        .grid { stroke: #8c959f; stroke-opacity: 0.35; fill: none }
        .ours { fill: #0969da; fill-opacity: 0.85 }
        .rival { fill: #bc4c00; fill-opacity: 0.85 }
        .number { font-size: 10px; fill: #ffffff }
        .ours-name { fill: #0969da }
        .rival-name { fill: #bc4c00 }
        @media (prefers-color-scheme: dark) {
          text { fill: #e6edf3 }
          .tick { fill: #9198a1 }
          .page { fill: #0d1117 }
          .ours-name { fill: #58a6ff }
          .rival-name { fill: #f0883e }
        }
        </style>

        """;
}
