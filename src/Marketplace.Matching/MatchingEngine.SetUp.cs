namespace Marketplace.Matching;

/// <content>Markets, signatures, accounts and their money: commands without events.</content>
public sealed partial class MatchingEngine
{
    private const long MaxTickSize = 1_000_000_000_000;
    private const int MaxFeeBps = 10_000;

    private MatchRefusal OpenMarket(in MatchCommand command)
    {
        if (HasMarket(command.Market))
        {
            return MatchRefusal.MarketExists;
        }

        if (command.Market >= MaxMarkets
            || command.TickSize is < 1 or > MaxTickSize
            || command.Mode > MarketMode.Batch
            || command.TakerFeeBps is < 0 or > MaxFeeBps
            || command.MakerFeeBps is < 0 or > MaxFeeBps)
        {
            return MatchRefusal.InvalidMarket;
        }

        markets[command.Market] = new MarketBook(
            command.Market, command.TickSize, command.Mode, command.TakerFeeBps, command.MakerFeeBps, ordersPerMarket);
        return MatchRefusal.None;
    }

    private MatchRefusal DefineSignature(in MatchCommand command)
    {
        if (!TryBook(command.Market, out var book))
        {
            return MatchRefusal.UnknownMarket;
        }

        var side = book.Sides(command.Side);
        if (command.Signature != side.SignatureCount || command.Signature >= BookSide.MaxSignatures)
        {
            return MatchRefusal.InvalidSignature;
        }

        side.Define(new SignatureView(command.Required, command.Capability), book.Opposite(command.Side));
        return MatchRefusal.None;
    }

    private MatchRefusal OpenAccount(in MatchCommand command)
    {
        if (command.Account != purseCount)
        {
            return MatchRefusal.InvalidAccount;
        }

        if (purseCount == purses.Length)
        {
            Array.Resize(ref purses, purses.Length * 2);
        }

        purses[purseCount++] = new Purse { OwnerGroup = command.OwnerGroup, Domain = command.Domain };
        return MatchRefusal.None;
    }

    private MatchRefusal Fund(in MatchCommand command)
    {
        if (command.Account >= purseCount)
        {
            return MatchRefusal.UnknownAccount;
        }

        ref var purse = ref purses[command.Account];
        if (command.Amount < 0 || purse.Funded + command.Amount > long.MaxValue)
        {
            return MatchRefusal.AmountTooLarge;
        }

        purse.Free += command.Amount;
        return MatchRefusal.None;
    }

    private MatchRefusal Withdraw(in MatchCommand command)
    {
        if (command.Account >= purseCount)
        {
            return MatchRefusal.UnknownAccount;
        }

        if (command.Amount < 0)
        {
            return MatchRefusal.AmountTooLarge;
        }

        ref var purse = ref purses[command.Account];
        if (command.Amount > purse.Free)
        {
            return MatchRefusal.InsufficientFunds;
        }

        purse.Free -= command.Amount;
        return MatchRefusal.None;
    }

    private MatchRefusal EndEscrow(in MatchCommand command)
    {
        if (command.Account >= purseCount)
        {
            return MatchRefusal.UnknownAccount;
        }

        if (command.Amount < 0 || command.Paid < 0 || command.Fee < 0)
        {
            return MatchRefusal.AmountTooLarge;
        }

        ref var purse = ref purses[command.Account];
        if (command.Amount > purse.InEscrow
            || command.Paid > command.Amount
            || command.Fee > command.Amount - command.Paid)
        {
            return MatchRefusal.ExceedsEscrow;
        }

        purse.InEscrow -= command.Amount;
        purse.Paid += command.Paid;
        purse.Fees += command.Fee;
        purse.Free += command.Amount - command.Paid - command.Fee;
        return MatchRefusal.None;
    }
}
