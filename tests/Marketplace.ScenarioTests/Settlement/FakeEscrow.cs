using System.Buffers.Binary;
using Marketplace.Escrow;
using Marketplace.Ethereum;
using Marketplace.Kernel;

namespace Marketplace.ScenarioTests.Settlement;

/// <summary>What the fake contract stores; copied for each block, so that a reorganisation only forgets.</summary>
public sealed record EscrowState(
    IReadOnlyDictionary<uint, Budget> Budgets,
    IReadOnlyDictionary<uint, long> Credits,
    ulong Nonce);

/// <summary>The contract's rules for one settle call (settlement 2.5), without gas and without storage.</summary>
public static class FakeEscrow
{
    private const int RowHeaderBytes = 4 + 4 + 4 + 10 + 8 + 3 + 64 + 32;

    public static List<SignedStatement> Decode(ReadOnlySpan<byte> payload)
    {
        var providers = BinaryPrimitives.ReadUInt16BigEndian(payload[32..]);
        var rest = payload[(34 + (providers * 3))..];
        var rows = new List<SignedStatement>();
        while (rest.Length > 0)
        {
            var lines = (rest[30] << 16) | (rest[31] << 8) | rest[32];
            rows.Add(Row(rest[..(RowHeaderBytes + lines)]));
            rest = rest[(RowHeaderBytes + lines)..];
        }

        return rows;
    }

    /// <summary>Applies one call; events carry <paramref name="at"/> with rising log indexes.</summary>
    public static (EscrowState State, List<EscrowEvent> Events) Settle(
        EscrowState state, ReadOnlySpan<byte> payload, Eip712Domain domain, LogPosition at)
    {
        var budgets = state.Budgets.ToDictionary();
        var credits = state.Credits.ToDictionary();
        var events = new List<EscrowEvent>();
        foreach (var row in Decode(payload))
        {
            var statement = row.Statement;
            var position = at with { LogIndex = at.LogIndex + (uint)events.Count };
            if (Skip(budgets, row, domain) is { } reason)
            {
                events.Add(new StatementSkipped(position, statement.BudgetNo, reason));
                continue;
            }

            var budget = budgets[statement.BudgetNo.Value];
            budgets[statement.BudgetNo.Value] = budget with
            {
                Spent = budget.Spent + statement.Total + statement.Fee,
                ThroughJob = statement.ThroughJob,
            };
            foreach (var line in statement.Lines)
            {
                credits[line.ProviderId.Value] =
                    credits.GetValueOrDefault(line.ProviderId.Value) + TokenAmount.Sum(line.Amounts).Micro;
            }

            events.Add(new StatementSettled(
                position,
                statement.BudgetNo,
                statement.FromJob,
                statement.ThroughJob,
                statement.Total,
                statement.Fee,
                statement.ReceiptsRoot));
        }

        return (state with { Budgets = budgets, Credits = credits }, events);
    }

    private static SkipReason? Skip(Dictionary<uint, Budget> budgets, SignedStatement row, Eip712Domain domain)
    {
        var statement = row.Statement;
        if (!budgets.TryGetValue(statement.BudgetNo.Value, out var budget) || budget.ThroughJob != statement.FromJob
            || budget.Spent != statement.FromSpent || statement.ThroughJob <= statement.FromJob)
        {
            return SkipReason.Stale;
        }

        if (Secp256k1.Recover(statement.Digest(domain), row.SessionSignature) != budget.Session)
        {
            return SkipReason.Signature;
        }

        var (total, fee) = (statement.Total.Micro, statement.Fee.Micro);
        var isTooMuch = total == 0 || budget.Spent.Micro + total + fee > budget.Cap.Micro
            || fee * 10_000 > total * budget.MaxFeeBps.Value;
        return isTooMuch ? SkipReason.Amounts : null;
    }

    private static SignedStatement Row(ReadOnlySpan<byte> row)
    {
        EthSignature.TryFromCompact(row[33..97], out var signature);
        var statement = new Statement(
            new BudgetNo(BinaryPrimitives.ReadUInt32BigEndian(row)),
            BinaryPrimitives.ReadUInt32BigEndian(row[4..]),
            BinaryPrimitives.ReadUInt32BigEndian(row[8..]),
            new TokenAmount(BinaryPrimitives.ReadInt64BigEndian(row[14..])),
            new TokenAmount(BinaryPrimitives.ReadInt64BigEndian(row[22..])),
            new Hash32(row[97..129]),
            StatementLines.Decode(row[RowHeaderBytes..]));
        return new SignedStatement(statement, signature);
    }
}
