using Marketplace.Kernel;

namespace Marketplace.Gateway;

/// <summary>Where a live purchase stands.</summary>
public enum PurchaseStage
{
    Sent,

    /// <summary>Matched: the buyer's hold is in the job. Failing from here on is not repeated by clients.</summary>
    Locked,
    Delivered,
    Failed,
}

/// <summary>A purchase in memory: what has come in so far, for any number of waiting clients.</summary>
public sealed class Purchase(string clientOrderId)
{
    private readonly Lock gate = new();
    private readonly List<string> pieces = [];
    private TaskCompletionSource changed = NewSignal();

    public string ClientOrderId => clientOrderId;

    public PurchaseStage Stage { get; private set; }

    public string Code { get; private set; } = "";

    public string Message { get; private set; } = "";

    /// <summary>The best ask when the bid was left to wait: what would have been enough.</summary>
    public UnitPrice? BestAsk { get; set; }

    /// <summary>The text that was streamed so far, before any verdict.</summary>
    public string StreamedText
    {
        get
        {
            lock (gate)
            {
                return string.Concat(pieces);
            }
        }
    }

    public bool IsOver => Stage is PurchaseStage.Delivered or PurchaseStage.Failed;

    /// <summary>Pieces from <paramref name="from"/> on, and a task that ends when there is more.</summary>
    public (IReadOnlyList<string> Pieces, Task Changed) Read(int from)
    {
        lock (gate)
        {
            return (pieces.Skip(from).ToList(), changed.Task);
        }
    }

    public void Lock() => Change(() => Stage = Stage == PurchaseStage.Sent ? PurchaseStage.Locked : Stage);

    public void Add(int index, string text) => Change(() =>
    {
        if (index == pieces.Count && !IsOver)
        {
            pieces.Add(text);
        }
    });

    public void Deliver() => Change(() => Stage = PurchaseStage.Delivered);

    public void Fail(string code, string message) => Change(() =>
    {
        if (!IsOver)
        {
            (WasLocked, Stage, Code, Message) = (Stage == PurchaseStage.Locked, PurchaseStage.Failed, code, message);
        }
    });

    /// <summary>Whether it failed after the lock.</summary>
    public bool WasLocked { get; private set; }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Change(Action change)
    {
        TaskCompletionSource before;
        lock (gate)
        {
            change();
            before = changed;
            changed = NewSignal();
        }

        before.TrySetResult();
    }
}
