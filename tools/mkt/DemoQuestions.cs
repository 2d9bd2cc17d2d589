namespace Marketplace.Cli;

/// <summary>Questions that the demo model was trained to answer.</summary>
internal static class DemoQuestions
{
    private static readonly string[] Known =
    [
        "what is escrow", "how are results verified", "what is this model", "how do i buy inference",
        "what is person?", "define group", "what does say mean?", "what is location?", "tell me what see means",
        "define year", "what is man?", "please define want", "what does seem mean?", "what is two?",
    ];

    /// <summary>As many as asked for, from a place that the seed names.</summary>
    public static IReadOnlyList<string> Choose(int count, int seed) =>
        Enumerable.Range(0, count).Select(index => Known[(seed - 1 + index) % Known.Length]).ToList();
}
