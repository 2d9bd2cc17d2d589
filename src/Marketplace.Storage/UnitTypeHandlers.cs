using System.Data;
using Dapper;
using Marketplace.Kernel;

namespace Marketplace.Storage;

/// <summary>How units are stored: amounts, prices and numbers as INTEGER, hashes and addresses as BLOB, instants as
/// INTEGER unix milliseconds.</summary>
public static class UnitTypeHandlers
{
    private static readonly Lazy<bool> Registered = new(RegisterAll);

    public static void Register() => _ = Registered.Value;

    private static bool RegisterAll()
    {
        Integer<TokenAmount>(value => new(value), amount => amount.Micro);
        Integer<UnitPrice>(value => new(value), price => price.MicroPerMillionUnits);
        Integer<Quantity>(value => new(value), quantity => quantity.Units);
        Integer<BasisPoints>(value => new(checked((int)value)), points => points.Value);
        Integer<BudgetNo>(value => new(checked((uint)value)), number => number.Value);
        Integer<JobNo>(value => new(checked((uint)value)), number => number.Value);
        Integer<ProviderId>(value => new(checked((uint)value)), id => id.Value);
        Integer<OperatorId>(value => new(checked((uint)value)), id => id.Value);
        Integer<MarketId>(value => new(checked((uint)value)), id => id.Value);
        Integer<OrderId>(value => new(value), id => id.Value);
        Integer<JobId>(value => new(value), id => id.Value);
        Integer<BlockNumber>(value => new(checked((ulong)value)), number => checked((long)number.Value));
        Integer<DateTimeOffset>(DateTimeOffset.FromUnixTimeMilliseconds, instant => instant.ToUnixTimeMilliseconds());
        Blob<Hash32>(bytes => new(bytes), hash => hash.ToBytes());
        Blob<EthAddress>(bytes => new(bytes), address => address.ToBytes());
        Blob<AssignmentId>(bytes => new(new Hash32(bytes)), id => id.Value.ToBytes());
        Blob<TxHash>(bytes => new(new Hash32(bytes)), hash => hash.Value.ToBytes());
        return true;
    }

    private static void Integer<T>(Func<long, T> read, Func<T, long> write)
        where T : struct => Add(new Handler<T>(value => read(Convert.ToInt64(value, null)), value => write(value)));

    private static void Blob<T>(Func<byte[], T> read, Func<T, byte[]> write)
        where T : struct => Add(new Handler<T>(value => read((byte[])value), write));

    private static void Add<T>(Handler<T> handler)
        where T : struct
    {
        SqlMapper.RemoveTypeMap(typeof(T));
        SqlMapper.RemoveTypeMap(typeof(T?));
        SqlMapper.AddTypeHandler(handler);
    }

    private sealed class Handler<T>(Func<object, T> read, Func<T, object> write) : SqlMapper.TypeHandler<T>
        where T : struct
    {
        public override T Parse(object value) => read(value);

        public override void SetValue(IDbDataParameter parameter, T value) => parameter.Value = write(value);
    }
}
