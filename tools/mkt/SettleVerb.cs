using System.CommandLine;
using Marketplace.Chain;
using Marketplace.Escrow;
using Marketplace.Ethereum;
using Marketplace.Kernel;
using Marketplace.Provider;
using Microsoft.Extensions.Logging.Abstractions;

namespace Marketplace.Cli;

/// <summary><c>mkt provider settle</c>: what was co-signed is settled by the provider alone, operator or not.</summary>
public static class SettleVerb
{
    // Twenty statements of a thousand jobs each stay well below the most gas of one transaction (EIP-7825).
    private const int MostRows = 20;
    private const ulong MostGas = 12_000_000;

    public static Command Make()
    {
        var options = FolderOptions.Of("data/provider");
        var command = new Command("settle", "Settle what was co-signed, without the operator; then mkt claim");
        options.AddTo(command);
        command.SetAction((parsed, ct) => RunAsync(options.Read(parsed), ct));
        return command;
    }

    private static async Task<int> RunAsync(UserFolder folder, CancellationToken ct)
    {
        var id = await ProviderVerb.RegisteredIdAsync(folder.Path, ct);
        await using var database = ProviderVerb.OpenDatabase(folder.Path);
        var store = new StatementStore(database);
        var held = await store.AllAsync(ct);
        using var chain = await folder.ReachChainAsync(ct);
        var contract = await chain.ContractAsync(ct);
        var keeper = new StatementKeeper(id, contract, store, TimeProvider.System, NullLogger.Instance);

        Screen.Say($"{held.Count} co-signed statements are held here; the chain is asked about each");
        var outcome = new Outcome(id);
        var ready = await ChooseAsync(held, keeper, outcome, ct);
        await SettleAsync(ready, chain, contract, folder.Key("provider"), outcome, ct);
        outcome.Show();
        return outcome.IsAllPaid ? ExitCodes.Ok : ExitCodes.FailedCheck;
    }

    /// <summary>What the contract would apply: of each budget the one that pays this provider most.</summary>
    private static async Task<IReadOnlyList<CosignedStatement>> ChooseAsync(
        IReadOnlyList<CosignedStatement> held, StatementKeeper keeper, Outcome outcome, CancellationToken ct)
    {
        var good = new List<CosignedStatement>();
        foreach (var statement in held)
        {
            if (await keeper.JudgeAsync(statement, ct) is { } skip)
            {
                outcome.Skip(statement.Row.Statement, skip);
            }
            else
            {
                good.Add(statement);
            }
        }

        var chosen = good.GroupBy(statement => statement.Row.Statement.BudgetNo)
            .Select(budget => budget.MaxBy(statement => outcome.OwnPay(statement.Row.Statement))!).ToList();
        foreach (var other in good.Except(chosen))
        {
            outcome.Skip(other.Row.Statement, SkipReason.Stale);
        }

        return chosen;
    }

    private static async Task SettleAsync(
        IReadOnlyList<CosignedStatement> ready,
        ChainAccess chain,
        EthereumEscrowContract contract,
        PrivateKey key,
        Outcome outcome,
        CancellationToken ct)
    {
        var parts = new Queue<CosignedStatement[]>(ready.Chunk(MostRows));
        while (parts.TryDequeue(out var part))
        {
            var call = contract.SettleCosigned(
                SettlePayload.Encode(default, part.Select(statement => statement.Row).ToList()),
                part.Select(statement => statement.Cosignature).ToList());
            var outlook = await contract.SimulateAsync(key.Address, call, ct);
            if (part.Length > 1 && (outlook.Revert is not null || outlook.Gas > MostGas))
            {
                // One that spoils the call must not keep the others from their pay.
                Array.ForEach(part.Chunk((part.Length + 1) / 2).ToArray(), parts.Enqueue);
                continue;
            }

            if (outlook.Revert is { } revert)
            {
                outcome.Refuse(part[0].Row.Statement, revert);
                continue;
            }

            Screen.Say($"settle {part.Length} statements with {outlook.Gas} gas, then waiting until it is final");
            outcome.Read(part, await chain.SendAsync(key, call, TimeProvider.System, ct));
        }
    }

    private sealed record SettledLine(
        uint BudgetNo, uint FromJob, uint ThroughJob, long PaidMicro, long FeeMicro, long OwnMicro);

    private sealed record SkippedLine(uint BudgetNo, uint FromJob, uint ThroughJob, string Reason, string Why);

    private sealed record CreditedLine(uint Provider, long Micro);

    /// <summary>What came of it, for people and for programs.</summary>
    private sealed class Outcome(ProviderId own)
    {
        private readonly List<SettledLine> settled = [];
        private readonly List<SkippedLine> skipped = [];
        private readonly SortedDictionary<uint, TokenAmount> credited = [];

        /// <summary>What is settled already, or of a closed budget, leaves nothing to be done.</summary>
        public bool IsAllPaid => skipped.TrueForAll(line => line.Reason == nameof(SkipReason.Stale));

        public TokenAmount OwnPay(Statement statement) => StatementKeeper.PayOf(statement, own);

        public void Skip(Statement statement, SkipReason reason) => Add(statement, reason.ToString(), WhyOf(reason));

        public void Refuse(Statement statement, string revert) =>
            Add(statement, "Reverted", $"the contract refuses the call: {revert}");

        public void Read(IReadOnlyList<CosignedStatement> sent, IReadOnlyList<EscrowEvent> events)
        {
            var rows = sent.Select(statement => statement.Row.Statement).ToDictionary(row => row.BudgetNo);
            settled.AddRange(events.OfType<StatementSettled>().Select(row => new SettledLine(
                row.BudgetNo.Value,
                row.FromJob,
                row.ThroughJob,
                row.Total.Micro,
                row.Fee.Micro,
                OwnPay(rows[row.BudgetNo]).Micro)));
            foreach (var row in events.OfType<StatementSkipped>())
            {
                Skip(rows[row.BudgetNo], row.Reason);
            }

            foreach (var credit in events.OfType<Credited>())
            {
                var before = credited.GetValueOrDefault(credit.ProviderId.Value);
                credited[credit.ProviderId.Value] = before + credit.Amount;
            }
        }

        public void Show()
        {
            foreach (var line in settled)
            {
                Screen.Say(
                    $"settled budget {line.BudgetNo}, jobs {line.FromJob} to {line.ThroughJob - 1}: "
                    + $"{new TokenAmount(line.PaidMicro)}, of it {new TokenAmount(line.OwnMicro)} here");
            }

            foreach (var line in skipped)
            {
                Screen.Say(
                    $"skipped budget {line.BudgetNo}, jobs {line.FromJob} to {line.ThroughJob - 1}: {line.Why}");
            }

            foreach (var (provider, amount) in credited)
            {
                Screen.Say($"credit  provider {provider}: {amount}{(provider == own.Value ? "   (mkt claim)" : "")}");
            }

            Screen.Show(
                settled.Count == 0 ? "nothing to settle" : $"settled {settled.Count} statements",
                new
                {
                    settled,
                    skipped,
                    credited = credited.Select(line => new CreditedLine(line.Key, line.Value.Micro)).ToList(),
                });
        }

        private void Add(Statement statement, string reason, string why) => skipped.Add(new SkippedLine(
            statement.BudgetNo.Value, statement.FromJob, statement.ThroughJob, reason, why));

        private static string WhyOf(SkipReason reason) => reason switch
        {
            SkipReason.Stale => "it is settled already, or its budget went on or is closed",
            SkipReason.TooLate => "its budget's expiry and grace are past",
            SkipReason.Signature => "the budget's session key did not sign it",
            SkipReason.Amounts => "it pays nothing, or more than the budget holds, or too high a fee",
            SkipReason.Lines => "it names a provider that does not exist",
            SkipReason.NoConsent => "the budget's operator never had the key that co-signed it",
            _ => $"reason {reason}",
        };
    }
}
