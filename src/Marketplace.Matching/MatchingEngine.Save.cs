namespace Marketplace.Matching;

/// <content>The whole state to a stream and back.</content>
public sealed partial class MatchingEngine
{
    /// <summary>The whole state, handles included, so that later commands find their orders.</summary>
    public void Save(Stream target) => Capture(null).WriteTo(target);

    /// <summary>Copies the state; commands may go on while another thread writes the copy.</summary>
    /// <param name="reuse">An earlier image that is not being written: its memory is used again.</param>
    public EngineImage Capture(EngineImage? reuse)
    {
        var image = reuse ?? new EngineImage();
        var count = 0;
        foreach (var book in markets)
        {
            if (book is not null)
            {
                image.Copy(count++, book);
            }
        }

        var head = new EngineHead
        {
            Format = EngineImage.Format,
            Version = EngineImage.Version,
            LastSeq = lastSeq,
            LastTimeMilliseconds = lastTimeMilliseconds,
            Accounts = purseCount,
            Markets = count,
            OrdersPerMarket = ordersPerMarket,
        };
        image.Copy(head, purses.AsSpan(0, purseCount));
        return image;
    }

    /// <exception cref="InvalidDataException">It is not what <see cref="Save"/> wrote.</exception>
    public static MatchingEngine Load(Stream source)
    {
        using var reader = new ImageReader(source);
        var head = reader.ReadHead();
        var engine = new MatchingEngine(new EngineOptions(head.Accounts, head.OrdersPerMarket))
        {
            purseCount = head.Accounts,
            lastSeq = head.LastSeq,
            lastTimeMilliseconds = head.LastTimeMilliseconds,
        };
        engine.purses = reader.ReadAccounts(head.Accounts);
        var saved = new SavedMarket[head.Markets];
        for (var i = 0; i < saved.Length; i++)
        {
            saved[i] = reader.ReadMarket();
        }

        reader.ReadEnd();
        foreach (var market in saved)
        {
            var book = ImageReader.Restore(market);
            ImageReader.Expect(engine.markets[book.Number] is null, "a market twice");
            engine.markets[book.Number] = book;
        }

        engine.Queue();
        return engine;
    }

    private void Queue()
    {
        foreach (var book in markets)
        {
            for (var slot = 1; slot < book?.UsedSlots; slot++)
            {
                ref var order = ref book.Orders[slot];
                ImageReader.Expect(order.Open == 0 || order.Account < purseCount, "an order of no account");
                if (order.Open != 0 && order.ExpirySeconds != 0)
                {
                    expiries.Add(book.Number, slot);
                }
            }
        }
    }
}
