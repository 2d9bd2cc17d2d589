using Marketplace.ScenarioTests.OrderBook.Journaling;

namespace Marketplace.ScenarioTests;

/// <summary>What this assembly does when a test starts it as a process of its own, to kill it.</summary>
internal static class ChildProgram
{
    public const string JournalWriter = "journal-writer";

    public static int Main(string[] args)
    {
        if (args is not [JournalWriter, var folder])
        {
            Console.Error.WriteLine("Run by the test runner.");
            return 2;
        }

        JournalChild.WriteForEver(folder);
        return 0;
    }
}
