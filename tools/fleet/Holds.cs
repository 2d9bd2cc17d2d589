namespace Marketplace.Fleet;

/// <summary>A delivered job that is not settled.</summary>
public readonly record struct HeldRun(bool IsWrong, bool IsChecked);

/// <summary>The providers' unsettled jobs, the oldest first; all of one price, each of its own funder.</summary>
/// <remarks>
/// Counts what <c>HeldPay</c> of the product counts, in constant time: with one price, and every funder below its cap,
/// the counted pay is the price times the number of held jobs. A test holds both to the same answers.
/// </remarks>
public sealed class Holds
{
    private readonly List<Queue<HeldRun>> ofProvider = [];

    /// <summary>How many of its jobs are held.</summary>
    public int CountOf(int provider) => Of(provider).Count;

    /// <summary>Holds one more, and settles the oldest if more than <paramref name="most"/> are held.</summary>
    /// <returns>What was settled; null if nothing was.</returns>
    public HeldRun? Hold(int provider, HeldRun run, int most)
    {
        var held = Of(provider);
        held.Enqueue(run);
        return held.Count > most ? held.Dequeue() : null;
    }

    /// <summary>Takes the oldest jobs as the fee of a fault, or as many as there are.</summary>
    public IEnumerable<HeldRun> Forfeit(int provider, int jobs)
    {
        var held = Of(provider);
        for (var taken = 0; taken < jobs && held.Count > 0; taken++)
        {
            yield return held.Dequeue();
        }
    }

    /// <summary>Takes all jobs out.</summary>
    public IReadOnlyList<HeldRun> Empty(int provider)
    {
        var held = Of(provider);
        HeldRun[] all = [.. held];
        held.Clear();
        return all;
    }

    private Queue<HeldRun> Of(int provider)
    {
        while (ofProvider.Count <= provider)
        {
            ofProvider.Add([]);
        }

        return ofProvider[provider];
    }
}
