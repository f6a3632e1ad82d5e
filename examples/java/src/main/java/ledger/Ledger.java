package ledger;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import javax.sql.DataSource;

/** Accounts in a database, between which money is moved. */
public final class Ledger {
    private static final String CHECK_VIOLATION = "23514";

    private final DataSource accounts;

    public Ledger(DataSource accounts) {
        this.accounts = accounts;
    }

    /** There is too little on the account that gives. */
    public static final class Overdrawn extends Exception {
        Overdrawn(String owner) {
            super(owner + " has too little");
        }
    }

    public void open(String owner, long cents) throws SQLException {
        try (var connection = accounts.getConnection();
                var insert = connection.prepareStatement("insert into accounts values (?, ?)")) {
            insert.setString(1, owner);
            insert.setLong(2, cents);
            insert.executeUpdate();
        }
    }

    public long cents(String owner) throws SQLException {
        try (var connection = accounts.getConnection();
                var select = connection.prepareStatement("select cents from accounts where owner = ?")) {
            select.setString(1, owner);
            try (var found = select.executeQuery()) {
                if (!found.next()) {
                    throw new IllegalArgumentException("no account of " + owner);
                }
                return found.getLong("cents");
            }
        }
    }

    /** Moves all of it or nothing. */
    public void move(String from, String to, long cents) throws SQLException, Overdrawn {
        try (var connection = accounts.getConnection()) {
            connection.setAutoCommit(false);
            try {
                // In one order for everybody, so that two who pay each other do not wait for each other.
                boolean giverFirst = from.compareTo(to) < 0;
                add(connection, giverFirst ? from : to, giverFirst ? -cents : cents);
                add(connection, giverFirst ? to : from, giverFirst ? cents : -cents);
                connection.commit();
            } catch (SQLException refusal) {
                connection.rollback();
                if (CHECK_VIOLATION.equals(refusal.getSQLState())) {
                    throw new Overdrawn(from);
                }
                throw refusal;
            }
        }
    }

    private static void add(Connection connection, String owner, long cents) throws SQLException {
        String change = "update accounts set cents = cents + ? where owner = ?";
        try (PreparedStatement update = connection.prepareStatement(change)) {
            update.setLong(1, cents);
            update.setString(2, owner);
            if (update.executeUpdate() == 0) {
                throw new SQLException("no account of " + owner);
            }
        }
    }
}
