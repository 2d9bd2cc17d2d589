namespace Marketplace.Kernel;

/// <summary>
/// Named places where a crash must lose nothing. In production each is one null check; a crash test names one place in
/// the environment, waits for its marker file and kills the process from outside while it stands there.
/// </summary>
public static class FaultPoints
{
    public const string JournalAppended = "journal-appended";
    public const string HoldMovedToJob = "hold-moved-to-job";
    public const string ResultRevealed = "result-revealed";
    public const string StatementStored = "statement-stored";
    public const string AttemptStored = "attempt-stored";
    public const string TransactionSent = "transaction-sent";

    /// <summary>At a provider that has committed and does not show its result yet.</summary>
    public const string RevealAsked = "reveal-asked";

    private static readonly string? Armed = Environment.GetEnvironmentVariable("MKT_FAULT_POINT");
    private static readonly string? Marker = Environment.GetEnvironmentVariable("MKT_FAULT_MARKER");

    /// <summary>Stops for ever at the armed place, after writing the marker file that proves it was reached.</summary>
    public static void Pass(string name)
    {
        if (Armed is null || Armed != name || Marker is null)
        {
            return;
        }

        File.WriteAllText(Marker, name);
        using var never = new ManualResetEventSlim();
        never.Wait();
    }
}
