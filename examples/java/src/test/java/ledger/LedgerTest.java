package ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.sql.SQLException;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

class LedgerTest {
    private final Ledger ledger = new Ledger(database());

    // Accounts of each test alone: all tests share the database.
    private final String giver = "giver " + UUID.randomUUID();
    private final String taker = "taker " + UUID.randomUUID();

    private static PGSimpleDataSource database() {
        var found = new PGSimpleDataSource();
        found.setUrl(System.getenv("LEDGER_JDBC"));
        found.setUser(System.getenv("LEDGER_USER"));
        found.setPassword(System.getenv("LEDGER_PASSWORD"));
        return found;
    }

    @BeforeEach
    void openAccounts() throws SQLException {
        ledger.open(giver, 100);
        ledger.open(taker, 0);
    }

    @Test
    void theSeededAccountsAreThere() throws SQLException {
        assertEquals(10_000, ledger.cents("ada"));
    }

    @Test
    void moneyIsMoved() throws Exception {
        ledger.move(giver, taker, 30);

        assertEquals(70, ledger.cents(giver));
        assertEquals(30, ledger.cents(taker));
    }

    @Test
    void anOverdraftMovesNothing() throws SQLException {
        assertThrows(Ledger.Overdrawn.class, () -> ledger.move(giver, taker, 101));

        assertEquals(100, ledger.cents(giver));
        assertEquals(0, ledger.cents(taker));
    }

    @Test
    void whoIsUnknownGetsNothing() throws SQLException {
        assertThrows(SQLException.class, () -> ledger.move(giver, "zoe " + taker, 1));

        assertEquals(100, ledger.cents(giver));
    }

    @Test
    void thoseWhoPayEachOtherAtOnceDoNotBlock() throws Exception {
        ledger.move(giver, taker, 50);
        var desks = Executors.newFixedThreadPool(4);
        try {
            var moves = IntStream.range(0, 20).mapToObj(n -> desks.submit(() -> {
                ledger.move(n % 2 == 0 ? giver : taker, n % 2 == 0 ? taker : giver, 5);
                return n;
            })).toList();
            for (var move : moves) {
                move.get();
            }
        } finally {
            desks.shutdown();
        }

        assertEquals(50, ledger.cents(giver));
        assertEquals(50, ledger.cents(taker));
    }
}
