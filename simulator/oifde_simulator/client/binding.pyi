from oifde_simulator_client.binding import *
