using Marketplace.Escrow;
using Marketplace.Kernel;

namespace Marketplace.Audit;

/// <summary>What one batch on chain says of the public command log.</summary>
/// <param name="Told">What the operator says that it stands for; null when it says nothing that has this hash.</param>
/// <param name="Found">The log's own root at that count; null when the log is shorter.</param>
public sealed record AnchorRow(LogPosition At, Hash32 Anchor, BatchAnchor? Told, Hash32? Found)
{
    public bool IsRight => Told is not null && Found == Told.BookRoot;
}

/// <summary>
/// Holds the public command log against the anchors in an operator's batches (settlement 3.2): what the log was at each
/// batch can never be told otherwise.
/// </summary>
public static class AnchorAudit
{
    /// <param name="events">The escrow's events up to a final block.</param>
    /// <param name="told">What the operator says that its anchors stand for.</param>
    /// <param name="rootAt">The log's root after so many records; null when it has fewer.</param>
    public static IReadOnlyList<AnchorRow> Compare(
        IEnumerable<EscrowEvent> events,
        OperatorId operatorId,
        IEnumerable<BatchAnchor> told,
        Func<long, Hash32?> rootAt)
    {
        var byHash = told.DistinctBy(anchor => anchor.Hash()).ToDictionary(anchor => anchor.Hash());
        return events.OfType<BatchSettled>()
            .Where(batch => batch.OperatorId == operatorId)
            .Select(batch =>
            {
                var anchor = new Hash32(batch.Payload.AsSpan(0, Hash32.Length));
                var known = byHash.GetValueOrDefault(anchor);
                return new AnchorRow(batch.At, anchor, known, known is null ? null : rootAt(known.BookCount));
            })
            .ToList();
    }
}
