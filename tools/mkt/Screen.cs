using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Marketplace.Cli;

/// <summary>
/// Where a verb's words go. People read lines; with <c>--json</c> programs read one JSON object a line on standard
/// output, and the words for people go to standard error.
/// </summary>
public static class Screen
{
    private const int WidthOfFiles = 180;

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>Says each step as it comes: the framework's own progress may say it after what follows it.</summary>
    public static IProgress<string> Progress { get; } = new Steps();

    /// <summary>Whether <c>--json</c> was given.</summary>
    public static bool IsJson { get; set; }

    /// <summary>Tells people what happens.</summary>
    public static void Say(string line) => (IsJson ? Console.Error : Console.Out).WriteLine(line);

    /// <summary>Draws for people. A file or a pipe has no width: lines there are as long as a table needs.</summary>
    public static void Draw(IRenderable drawing)
    {
        if (Console.IsOutputRedirected)
        {
            AnsiConsole.Profile.Width = WidthOfFiles;
        }

        AnsiConsole.Write(drawing);
    }

    /// <summary>Tells people and programs what came of it.</summary>
    /// <param name="result">What a program reads; money as integers of micro-tokens.</param>
    public static void Show(string line, object result)
    {
        Say(line);
        if (IsJson)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(result, Options));
        }
    }

    private sealed class Steps : IProgress<string>
    {
        public void Report(string value) => Say(value);
    }
}
