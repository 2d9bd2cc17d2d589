using Marketplace.Kernel;

namespace Marketplace.Audit;

/// <summary>One number, from two sources at the same block.</summary>
/// <param name="What">Which number, such as <c>provider 3: credit</c>.</param>
/// <param name="Expected">What the logs say.</param>
/// <param name="Found">What the contract stores.</param>
public sealed record AuditRow(string What, string Expected, string Found)
{
    public bool IsEqual => Expected == Found;

    internal static AuditRow Of<T>(string what, T expected, T found)
        where T : notnull => new(what, expected.ToString() ?? "", found.ToString() ?? "");
}

/// <summary>Every balance of the escrow, rebuilt from its logs and compared.</summary>
public sealed record AuditReport(BlockNumber Block, IReadOnlyList<AuditRow> Rows)
{
    public bool IsClean => Rows.All(row => row.IsEqual);
}
