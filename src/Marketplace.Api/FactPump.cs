using System.Text.Json;
using Marketplace.Escrow;
using Marketplace.Kernel;
using Marketplace.OrderBook;
using Marketplace.Storage;

namespace Marketplace.Api;

/// <summary>
/// Brings what is final on chain into the book: budgets open, budgets end, statements settle. Facts come at least once;
/// the book takes each once.
/// </summary>
public sealed class FactPump(
    Database database, FactLog facts, BookLoop book, TimeProvider time)
{
    private const string Consumer = "book";
    private const int PerRound = 256;
    private static readonly string[] Kinds = [FactKinds.BudgetFinal, FactKinds.BudgetEnded, FactKinds.StatementFinal];
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    public async Task RunAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            if (await PumpAsync(ct) == 0)
            {
                await Task.Delay(Pause, time, ct);
            }
        }
    }

    /// <summary>Consumes what is there.</summary>
    /// <returns>How many facts there were.</returns>
    public async Task<int> PumpAsync(CancellationToken ct)
    {
        var found = await facts.ReadAsync(Consumer, Kinds, PerRound, ct);
        foreach (var fact in found)
        {
            await ApplyAsync(fact, ct);
            await database.WriteAsync(
                (connection, transaction) => FactLog.AdvanceAsync(connection, transaction, Consumer, fact.Id), ct);
        }

        return found.Count;
    }

    private Task ApplyAsync(StoredFact fact, CancellationToken ct) => fact.Kind switch
    {
        FactKinds.BudgetFinal => OpenAsync(Read<BudgetFinal>(fact), ct),
        FactKinds.BudgetEnded => book.SubmitAsync(new CloseBudget(Read<BudgetEnded>(fact).BudgetNo), ct),
        FactKinds.StatementFinal => SettleAsync(Read<StatementFinal>(fact), ct),
        _ => throw new InvariantViolationException($"Fact {fact.Id} has kind {fact.Kind}, which was not asked for."),
    };

    private async Task OpenAsync(BudgetFinal budget, CancellationToken ct)
    {
        var answer = await book.SubmitAsync(
            new OpenBudget(
                budget.BudgetNo,
                budget.Buyer,
                budget.Session,
                budget.Cap,
                TokenAmount.Zero,
                budget.MaxFeeBps,
                DateTimeOffset.FromUnixTimeSeconds(checked((long)budget.ExpiryUnixSeconds))),
            ct);
        Invariant.Holds(answer.IsOk, $"Budget {budget.BudgetNo} was not opened in the book: {answer.Rejection}.");
    }

    private async Task SettleAsync(StatementFinal statement, CancellationToken ct)
    {
        var answer = await book.SubmitAsync(
            new SettledOnChain(
                statement.BudgetNo,
                statement.Total + statement.Fee,
                $"{statement.BudgetNo}/{statement.FromJob}"),
            ct);
        Invariant.Holds(
            answer.IsOk, $"A final statement of budget {statement.BudgetNo} is not owed: {answer.Rejection}.");
    }

    private static T Read<T>(StoredFact fact) => JsonSerializer.Deserialize<T>(fact.Body)
        ?? throw new InvariantViolationException($"Fact {fact.Id} is empty.");
}
