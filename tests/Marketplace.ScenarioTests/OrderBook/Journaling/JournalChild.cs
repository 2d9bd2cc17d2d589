using System.Globalization;
using System.Text;
using Marketplace.OrderBook.Journaling;

namespace Marketplace.ScenarioTests.OrderBook.Journaling;

/// <summary>A process that appends known commands as fast as it can and says on its output what is durable.</summary>
internal static class JournalChild
{
    public static readonly JournalOptions Options = new(SegmentBytes: 1 << 18, BufferBytes: 1 << 15);

    public static void WriteForEver(string folder)
    {
        using var output = Console.OpenStandardOutput();
        using var writer = JournalWriter.Open(folder, Options, null, (in _, _) => { }, seq => Say(output, seq));
        Say(output, writer.DurableSeq);
        while (!writer.Completion.IsCompleted)
        {
            var command = LogFolder.Command(writer.LastSeq + 1);
            writer.Append(ref command, LogFolder.Payload(command.Seq));
        }
    }

    private static void Say(Stream output, long seq) =>
        output.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{seq}\n")));
}
