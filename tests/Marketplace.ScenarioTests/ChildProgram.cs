using Marketplace.ScenarioTests.OrderBook.Journaling;

namespace Marketplace.ScenarioTests;

/// <summary>What this assembly does when a test starts it as a process of its own, to kill it.</summary>
internal static class ChildProgram
{
    public const string JournalWriter = "journal-writer";
    public const string SavingBook = "saving-book";

    public static async Task<int> Main(string[] args)
    {
        switch (args)
        {
            case [JournalWriter, var folder]:
                JournalChild.WriteForEver(folder);
                return 0;
            case [SavingBook, var folder]:
                await SnapshotChild.RunForEverAsync(folder);
                return 0;
            default:
                Console.Error.WriteLine("Run by the test runner.");
                return 2;
        }
    }
}
